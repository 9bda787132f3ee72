"""The ``kg`` command: each group of commands is one module, imported when it is called."""

from __future__ import annotations

import importlib
from typing import NoReturn

import click

from kg import __version__

#: command -> (module, one line of help); the module holds a click command of the same name
COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("kg.cli.build", "讀文件、建圖譜 read documents into a new version of the graph"),
    "backup": ("kg.cli.backup", "備份 write the graph and its documents' texts into one file"),
    "restore": ("kg.cli.backup", "還原備份 serve the graph of a backup"),
    "check": ("kg.cli.check", "檢查圖譜 validate the graph (SHACL and data checks)"),
    "query": ("kg.cli.query", "SPARQL 查詢 run a SPARQL query"),
    "stats": ("kg.cli.query", "統計 counts of the graph"),
    "dump": ("kg.cli.query", "匯出 RDF write the graph as N-Quads, Turtle or TriG"),
    "audit": ("kg.cli.audit", "完整度稽核 audit the graph's completeness"),
    "eval": ("kg.cli.eval", "評量品質 measure the graph against hand-made answers"),
    "ask": ("kg.cli.ask", "執行現成查詢 run a canned query"),
    "export": ("kg.cli.export", "匯出網絡視圖 write a graph view for Gephi, or as a picture"),
    "extract": ("kg.cli.extract", "辨識文字中的名稱與目標 find names and targets in a text"),
    "link": ("kg.cli.link", "措施與預算項目的連結 links from measures to budget lines"),
    "decide": ("kg.cli.link", "人工判定連結 accept, reject or undo links"),
    "serve": ("kg.cli.serve", "啟動網站與 SPARQL 端點 serve the web pages and the SPARQL endpoint"),
}
DEFAULT_STORE = "store"

store_option = click.option(
    "--store", "store", default=DEFAULT_STORE, envvar="KG_STORE", show_default=True, metavar="DIR",
    help="圖譜資料夾 folder of the graph",
)


param_option = click.option(
    "--param", "-p", "params", multiple=True, metavar="NAME=VALUE", help="參數，可重複 parameter, repeatable",
)


def pairs(params: tuple[str, ...]) -> dict[str, list[str]]:
    """The values of each parameter given as ``NAME=VALUE``; BadValue for one without the sign."""
    from kg.catalog_types import BadValue

    found: dict[str, list[str]] = {}
    for pair in params:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadValue(f"--param {pair}：要寫成 名稱=值 (write NAME=VALUE)")
        found.setdefault(key, []).append(value)
    return found


class _Lazy(click.Group):
    """Imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[name][0]), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy)
@click.version_option(__version__, prog_name="kg")
def main() -> None:
    """政策知識圖譜 policy knowledge graph."""


def fail(message: str, code: int = 2) -> NoReturn:
    """Ends the program with one sentence on standard error."""
    click.echo(message, err=True)
    raise SystemExit(code)
