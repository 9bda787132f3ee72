"""ZIP archives of documents: their members, each as a path ``archive.zip/member``.

A member's name is only a label: nothing is ever unpacked to disk.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from kg.read.package import Unreadable, content, damaged, is_zip, kind, opened

#: archives are opened once for each member, so they may not have many
MAX_DOCUMENTS = 2_000
_UTF8_NAME = 0x800


def holder(path: Path) -> tuple[Path, str] | None:
    """The archive and the label of a path that leads into one; None for all other paths."""
    parts = path.parts
    for n in range(len(parts) - 1, 0, -1):
        above = Path(*parts[:n])
        try:
            if above.is_file():
                return above, "/".join(parts[n:])
            if above.exists():
                return None
        except (OSError, ValueError):
            return None
    return None


def is_archive(path: Path) -> bool:
    """Is this a ZIP archive, and no document or workbook that is packed as one?

    What is damaged counts as one where its name says so; what cannot be opened does not.
    """
    try:
        with path.open("rb") as file:
            data = file.read(4)
            if not is_zip(data):
                return False
            data += file.read()
    except (OSError, ValueError):
        return False
    try:
        return kind(data) == "zip" and b"xl/workbook" not in data
    except Unreadable:
        return path.suffix.lower() == ".zip"


def labels(data: bytes) -> list[str]:
    """The labels of an archive's documents, in their order. Raises Unreadable."""
    with opened(data, "ZIP") as archive:
        found = sorted(_members(archive))
    if len(found) > MAX_DOCUMENTS:
        raise Unreadable(f"ZIP 檔有 {len(found):,} 份文件，超過上限 {MAX_DOCUMENTS:,} 份，請分批提供",
                         f"it holds {len(found):,} documents, more than {MAX_DOCUMENTS:,}; split it")
    return found


def member(data: bytes, label: str) -> bytes:
    """The bytes of a document of an archive. Raises Unreadable."""
    with opened(data, "ZIP") as archive:
        info = _members(archive).get(label)
        if info is None:
            raise damaged("ZIP", f"no member {label}")
        return content(archive, info.filename, "ZIP")


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Documents by label; folders, hidden files and what macOS adds are left out."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        parts = [p for p in re.split(r"[/\\]", _name(info)) if p not in ("", ".", "..")]
        if not info.is_dir() and parts and not any(p.startswith(".") or p == "__MACOSX" for p in parts):
            found.setdefault("/".join(re.sub(r"[\x00-\x1f:]", "_", p) for p in parts), info)
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; Windows in Taiwan writes Big5 without saying so, others UTF-8."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp950"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename
