"""Policy knowledge graph: documents of government into a graph whose facts show their evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kg.notebook import Connection

__version__ = "0.1.0"


def connect(store: str | Path) -> Connection:
    """Opens a graph in a store folder or at a SPARQL server's address (see docs/notebook.md). Raises StoreError."""
    from kg.notebook import Connection

    return Connection(store)
