"""What users' queries may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

#: a result with limits up to these is held until it is whole, so that a header can tell whether it was cut
_HELD_ROWS, _HELD_BYTES = 100_000, 16_000_000
_FIRST_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds per query and per server process; every one can be set by an environment variable KG_LIMIT_…."""

    #: of computing, per query
    seconds: float = 30.0
    #: bytes of memory of one worker (RLIMIT_DATA)
    memory: int = 1 << 30
    rows: int = 2_000_000
    #: bytes of a result before compression
    size: int = 1_000_000_000
    #: bytes of a request
    request: int = 1_000_000
    #: workers kept for queries that look cheap, and the seconds after which one no longer counts as cheap
    fast_workers: int = 2
    fast_seconds: float = 1.0
    #: workers for all others, how many may wait for one, and how long
    slow_workers: int = 2
    queue: int = 32
    queue_seconds: float = 20.0

    def held(self, rows: int, size: int) -> int:
        """Bytes to collect before anything is sent, for a query with these limits."""
        return _HELD_BYTES + 1 if rows <= _HELD_ROWS or size <= _HELD_BYTES else _FIRST_BYTES


def from_environment() -> Limits:
    """The limits with what KG_LIMIT_SECONDS, KG_LIMIT_ROWS … say. Raises ValueError, naming the variable."""
    given: dict[str, float | int] = {}
    for name, kind in Limits.__annotations__.items():
        variable = f"KG_LIMIT_{name.upper()}"
        text = os.environ.get(variable)
        if text is None:
            continue
        try:
            number = float(text) if kind == "float" else int(text)
        except ValueError:
            number = 0
        if number <= 0:
            raise ValueError(f"{variable}：{text!r} 不是正數 (must be a positive number)")
        given[name] = number
    return Limits(**given)  # type: ignore[arg-type]
