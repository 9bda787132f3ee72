"""Backup and restore of a store, and its shards for other stores.

A backup is one tar file of the served version (graph, counts, search index, report), the texts that
evidence points into, the decisions of people and a calibrated link model; shards are not part of it,
they are made again. Restoring publishes the version in a store folder, new or in use, as the next one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kg import __version__
from kg.assemble import PASSES, REMOVED, kept, pass_file
from kg.decisions import FILE as DECISIONS
from kg.decisions import load as load_decisions
from kg.link.model import FILE as MODEL
from kg.rules import rules_hash
from kg.shards import ENDING, read_lines, write_sorted
from kg.shards import hand_over as copy_shards
from kg.store import StoreError, Version, VersionedStore

_VERSION = "version"


def backup(store: VersionedStore, target: Path) -> Path:
    """Writes the served version and what belongs to it into ``target`` (.tar); whole or not at all.

    A build may go on meanwhile: published versions do not change. Raises StoreError and OSError.
    """
    version = store.require()
    hidden = target.with_name(f".new-{os.getpid()}-{target.name}")
    try:
        with tarfile.open(hidden, "w") as tar:
            tar.add(version.path, _VERSION)
            for about in version.report()["documents"]:
                store.text(about["key"])  # says which is missing
                tar.add(store.texts / f"{about['key']}.txt", f"texts/{about['key']}.txt")
            for name in (DECISIONS, MODEL):
                if (store.folder / name).is_file():
                    tar.add(store.folder / name, name)
        with hidden.open("rb") as file:
            os.fsync(file.fileno())
        hidden.replace(target)
    finally:
        hidden.unlink(missing_ok=True)
    return target


def restore(source: Path, store: VersionedStore) -> Version:
    """Publishes the version of a backup in a store; decisions of the store are replaced by those of the backup.

    A damaged backup changes nothing. Raises StoreError and OSError.
    """
    with store.lock():
        prepared = store.prepare()
        try:
            with tarfile.open(source) as tar:
                tar.extractall(prepared, filter="data")
            version = Version(_VERSION, prepared / _VERSION)
            documents = version.report()["documents"]
            next(iter(store.open(version)), None)
            missing = [d["key"] for d in documents if not (prepared / "texts" / f"{d['key']}.txt").is_file()]
            if missing:
                raise StoreError(f"{source}：備份缺少原文 (the backup lacks texts: {', '.join(missing[:3])})")
            if (prepared / DECISIONS).exists():
                load_decisions(prepared / DECISIONS)
        except (tarfile.TarError, EOFError, RuntimeError, StoreError) as error:
            shutil.rmtree(prepared)
            # tarfile tells on further lines what each way of packing says
            why = str(error).partition("\n")[0].rstrip(":")
            raise StoreError(
                f"{source}：備份已損壞，未還原，請改用另一份備份 "
                f"(the backup is damaged, nothing was restored: {why}; use another one)"
            ) from error
        for path in (prepared / "texts").iterdir():
            path.replace(store.texts / path.name)
        for name in (DECISIONS, MODEL):
            if (prepared / name).exists():
                (prepared / name).replace(store.folder / name)
        # the version's folder takes the place of the one it was unpacked in
        inner = store.versions / f".new-restore-{os.getpid()}"
        version.path.rename(inner)
        shutil.rmtree(prepared)
        return store.publish(inner)


def hand_over(store: VersionedStore, url: str) -> tuple[int, int]:
    """Copies the served version's shards to a folder or an fsspec URL; how many were written, how many were there.

    ``documents/`` has one file per document, ``passes/`` what the whole-graph passes have added; together
    they are the graph. Raises StoreError and OSError.
    """
    version = store.require()
    report = version.report()
    with tempfile.TemporaryDirectory() as folder:
        return copy_shards(url, _files(store, version, Path(folder)), {
            "version": version.name, "program": __version__, "rules": rules_hash(),
            "identity": report.get("identity"), "triples": report["triples"],
        })


def _files(store: VersionedStore, version: Version, folder: Path) -> Iterator[tuple[str, Path]]:
    removed = kept(version.path, REMOVED)
    for about in version.report()["documents"]:
        name = f"{about['key']}-{rules_hash()}{ENDING}"
        if not (store.shards / name).is_file():
            raise StoreError(
                f"{store.shards / name}：沒有這個分片，請先重新 kg build (the shard is missing; build again first)")
        path = _without(store.shards / name, removed, folder) if removed else store.shards / name
        yield f"documents/{path.name}", path
    for name in PASSES:
        yield f"passes/{name}{ENDING}", pass_file(version.path, name)


def _without(shard: Path, removed: set[bytes], folder: Path) -> Path:
    """A shard without the lines that decisions have taken out, under a name of its own; itself if it has none."""
    lines = read_lines(shard)
    out = removed.intersection(lines)
    if not out:
        return shard
    mark = hashlib.sha256(b"\n".join(sorted(out))).hexdigest()[:12]
    target = folder / f"{shard.name.removesuffix(ENDING)}-{mark}{ENDING}"
    write_sorted((line + b"\n" for line in lines if line not in removed), target)
    return target
