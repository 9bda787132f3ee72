"""Users' queries against a remote store, in the place of the workers: bounded in number, time and size."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from kg.service.http import GRAPHS, RESULTS
from kg.service.limits import Limits
from kg.service.places import Places
from kg.service.pool import Failed, Pool, Result
from kg.service.ticks import Ticks
from kg.service.worker import table, whole_rows
from kg.store.remote import RemoteStore

_ACCEPT = {name: media for table_ in (GRAPHS, RESULTS) for media, name in reversed(table_.items())}
#: bytes of a result; it is held until it is whole
_LARGEST = 100_000_000


class RemotePool(Pool):
    """Sends queries to the remote server, which has its own limits too."""

    def __init__(self, remote: RemoteStore, limits: Limits) -> None:
        self.remote = remote
        self.limits = limits
        self.ticks = Ticks()
        self._room = Places(limits.fast_workers + limits.slow_workers, self.ticks)

    async def run(self, job: dict[str, Any], seconds: float, cost: float | None, shape: str = "") -> Result:
        """The whole result. Raises Failed."""
        if self._room.full() and self._room.waiting >= self.limits.queue:
            raise Failed("busy")
        try:
            await self._room.wait(cost if cost is not None else float("inf"), self.limits.queue_seconds)
        except TimeoutError:
            raise Failed("busy") from None
        try:
            async with asyncio.timeout(seconds):
                data = await asyncio.to_thread(self._fetch, job, seconds)
        except TimeoutError:
            raise Failed("timeout") from None
        except SyntaxError as error:
            raise Failed("syntax", str(error)) from None
        except (OSError, ValueError) as error:
            raise Failed("query", str(error)) from None
        finally:
            self._room.leave()
        end: dict[str, Any] = {}
        cut = whole_rows(job["form"], data, job["max_rows"]) if job["form"] in ("json", "csv", "tsv", "xml") else data
        if cut and len(cut) < len(data) and b'"boolean"' not in data[:200]:
            data, end = cut, {"truncated": "rows", "limit": job["max_rows"], "whole": True}
        elif len(data) > _LARGEST:
            raise Failed("truncated", f"bytes {_LARGEST}")
        result = Result(self, None, "slow", [data])
        result.end = end
        return result

    def _fetch(self, job: dict[str, Any], seconds: float) -> bytes:
        if job["form"] == "table":
            found = self.remote.query(job["query"], prefixes=job["prefixes"])
            return json.dumps(table(found, job["max_rows"]), ensure_ascii=False).encode()
        return self.remote.fetch(
            job["query"], _ACCEPT[job["form"]], job["prefixes"], seconds, tuple(job["default"]), tuple(job["named"]),
        )[0]

    async def close(self) -> None:
        """Nothing of its own to end."""
