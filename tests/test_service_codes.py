"""Every code that an error or hint can have is explained on the page that errors link to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from kg.service.codes import CODES

ROOT = Path(__file__).parents[1]


def _codes() -> Iterator[tuple[str, str]]:
    """Codes in calls that make a problem or a hint, with the file; ``f"unknown-{kind}"`` for each kind."""
    for path in [*(ROOT / "kg/service").glob("*.py"), *(ROOT / "kg/web").glob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(call, "func", None), "id", "")
            if not isinstance(call, ast.Call) or name not in ("Problem", "_hint"):
                continue
            code = call.args[1 if name == "Problem" else 2]
            if isinstance(code, ast.Constant):
                yield str(code.value), path.name
            elif isinstance(code, ast.JoinedStr) and isinstance(code.values[0], ast.Constant):
                kinds = ("404", "405") if code.values[0].value == "http-" else ("property", "class")
                yield from ((f"{code.values[0].value}{kind}", path.name) for kind in kinds)


def test_every_code_is_explained(client: FlaskClient) -> None:
    found = dict(_codes())
    assert len(found) > 40
    assert {code: file for code, file in found.items() if code not in CODES} == {}
    page = client.get("/sparql/errors", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert all(f'id="{code}"' in page for code in CODES)
