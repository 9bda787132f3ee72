"""``kg export``: graph views in the formats of other tools, and as pictures."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from kg.cli import fail, pairs, param_option, store_option
from kg.cli.query import table

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.export.rows import Sheet
    from kg.network import Network

T = TypeVar("T")
_FORMATS = ("gexf", "graphml", "csv", "nodes.csv", "edges.csv", "json", "gml", "net", "svg", "png")


@click.command()
@click.argument("view", required=False)
@store_option
@param_option
@click.option("--format", "form", type=click.Choice(_FORMATS), default=None,
              help="格式；預設依檔名，否則 gexf format; by the file's ending, else gexf")
@click.option("-o", "--output", default="-", metavar="FILE", help="檔案或 - file, or - for standard output")
@click.option("--size-by", default="weighted_degree", show_default=True, metavar="MEASURE",
              help="節點大小依哪個測度 measure that node sizes show")
@click.option("--colour-by", type=click.Choice(["class", "community"]), default="class", show_default=True,
              help="顏色依類別或社群 colour by class or community")
@click.option("--undirected", is_flag=True, help="自己的 SELECT 視為無向 edges of one's own SELECT have no direction")
def export(
    view: str | None, store: str, params: tuple[str, ...], form: str | None, output: str, size_by: str,
    colour_by: str, undirected: bool,
) -> None:
    """把網絡視圖寫成 Gephi 等工具的檔案或圖片 write a graph view for Gephi and other tools, or as a picture.

    VIEW 是視圖或現成查詢的名稱，或一個 .rq 檔（SELECT 有 source、target 欄，或 CONSTRUCT）；不給則列出全部
    (a view, a canned query that is a network, or a .rq file of one's own; without it all views are listed).
    """
    from kg.catalog import CatalogError, UnknownQuery
    from kg.catalog_types import BadValue
    from kg.export.rows import sheet
    from kg.store import StoreError, VersionedStore
    from kg.views import views

    try:
        if view is None:
            listed = [[v.name, f"{v.title['zh']} {v.title['en']}", ", ".join(v.parameters)] for v in views().values()]
            click.echo(table(["名稱 name", "題目 title", "參數 parameters"], listed, longest=72))
            return
        chosen = form or _by_ending(output)
        versions = VersionedStore(store)
        version = versions.require()
        network = _network(view, versions.open(version), pairs(params), not undirected)
        built = str(version.report().get("built", ""))[:10]
        asked = " ".join([view, *(f"{p}" for p in params)])
        rows = sheet(network, source=asked, version=version.name, on=date.fromisoformat(built) if built else None,
                     size_by=size_by, colour_by=colour_by)
        for path in _written(rows, chosen, output, network):
            click.echo(path, err=True)
        click.echo(f"{network.title}：{len(network.nodes):,} 個節點 nodes，{len(network.edges):,} 條邊 edges", err=True)
        for note in network.notes:
            click.echo(note, err=True)
    except UnknownQuery:
        fail(f"沒有名為 {view} 的視圖；kg export 列出全部 (no such view; 'kg export' lists them)")
    except SyntaxError as error:
        fail(f"SPARQL 語法錯誤 syntax error: {error}")
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        fail(f"{output}：無法寫入 (cannot be written: {error.strerror or error})")
    except (StoreError, CatalogError, BadValue, ValueError) as error:
        fail(str(error))


def _by_ending(output: str) -> str:
    """The format that a file's name asks for; GEXF where it says nothing."""
    found = next((f for f in sorted(_FORMATS, key=len, reverse=True) if output.lower().endswith("." + f)), None)
    if found is None and output != "-" and Path(output).suffix:
        fail(f"{output}：不認得的副檔名，請用 --format {'、'.join(_FORMATS)} (unknown ending; say --format)")
    return found or "gexf"


def _network(view: str, graph: ox.Store, raw: dict[str, list[str]], directed: bool) -> Network:
    from kg.own_query import of_text
    from kg.views import find

    if view.endswith(".rq"):
        try:
            text = Path(view).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"{view}：讀不出來，請確認檔案存在且是 UTF-8 (cannot be read; it must be a UTF-8 text file)"
            ) from error
        return of_text(graph, text, Path(view).stem, directed=directed, raw=raw)
    return find(view).network(graph, raw)


def _written(rows: Sheet, form: str, output: str, network: Network) -> Iterator[str]:
    """Writes the file or files; yields their names."""
    from dataclasses import replace

    from kg.export import tables
    from kg.export.formats import FORMATS

    if form in ("svg", "png"):
        import kg.export.png as png
        import kg.export.svg as svg

        picture = svg.draw(rows)
        if form == "png":
            if png.font() is None:
                click.echo("找不到中文字型，圖上的中文會是方框；請安裝 Noto Sans CJK (no Chinese font found)", err=True)
            _bytes(output, png.render(picture))
        else:
            _text(output, [picture])
        yield output
        return
    total = sum(rows.size or (0, 0))
    if form != "csv":
        rows = replace(rows, nodes=_counted(rows.nodes, total), edges=_counted(rows.edges, total))
        _text(output, FORMATS[form].write(rows))
        yield output
        return
    if output == "-":
        raise ValueError("csv 是兩個檔案，請用 -o 檔名，或選 nodes.csv、edges.csv (csv is two files: say -o FILE)")
    stem = output.removesuffix(".csv")
    nodes = list(rows.nodes)
    for part, write in (("nodes", tables.nodes), ("edges", tables.edges)):
        _text(f"{stem}-{part}.csv", write(replace(rows, nodes=nodes)))
        yield f"{stem}-{part}.csv"


def _counted(rows: Iterable[T], total: int) -> Iterator[T]:
    """The rows, with a progress bar on a terminal when there are many."""
    if total < 50_000 or not sys.stderr.isatty():
        yield from rows
        return
    with click.progressbar(rows, file=sys.stderr, label="寫出 writing", show_pos=True) as bar:
        yield from bar


def _text(output: str, pieces: Iterable[str]) -> None:
    """Writes text, to a file by a hidden name first, so that no half file is left behind."""
    if output == "-":
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    hidden = Path(output + ".new")
    try:
        with hidden.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        hidden.replace(output)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise


def _bytes(output: str, data: bytes) -> None:
    if output == "-":
        sys.stdout.buffer.write(data)
    else:
        Path(output).write_bytes(data)
