"""The per-document step on a Dask cluster (extra ``cluster``: the package distributed).

Only this step moves: documents go out, outcomes come back, and this process writes the store. A
document whose worker is lost is given to another one by the scheduler. Workers must run the
same program with the same rules; an outcome of other rules is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from kg.jobs import Outcome, attempt, too_long
from kg.model import Document
from kg.rules import rules_hash
from kg.store import StoreError

#: seconds to reach the scheduler
CONNECT_SECONDS = 10
#: documents under way for each thread of the cluster: one is read, others are on their way
AHEAD = 3

_ADDRESS = re.compile(r"(?:tcp|tls|ucx|wss?)://.+:\d+")


def sampling(on: bool, dask_worker: Any = None) -> None:
    """Stops or starts a worker's sampling of its own calls, a hundred times a second for Dask's profile page.

    Each sample takes Python's lock from the document that is read: 8 % of the processor time of a busy machine.
    """
    for name in ("profile", "profile-cycle"):
        callback = dask_worker.periodic_callbacks.get(name)
        if callback is not None:
            if on:
                callback.start()
            else:
                callback.stop()


class ClusterError(StoreError):
    """The cluster cannot be used. ``str()`` is one sentence: what, where, what to do."""


class Cluster:
    """The step on the workers of a Dask scheduler (``tcp://host:8786``)."""

    def __init__(self, address: str) -> None:
        """Connects. Raises ClusterError."""
        try:
            import distributed  # type: ignore[import-not-found, import-untyped, unused-ignore]
        except ImportError as error:
            raise ClusterError(
                "缺少 distributed 套件，請安裝 policy-kg[cluster] (the package distributed is missing; "
                "install policy-kg[cluster])"
            ) from error
        if not _ADDRESS.fullmatch(address):
            raise ClusterError(
                f"{address}：連不上 Dask 排程器，位址應如 tcp://host:8786 (the scheduler cannot be reached: "
                "the address should be like tcp://host:8786)"
            )
        self._distributed: Any = distributed
        self.address = address
        try:
            self._client: Any = self._distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ClusterError(
                f"{address}：連不上 Dask 排程器，請檢查位址與網路 (the scheduler cannot be reached: {error}; "
                "check the address and the network)"
            ) from error

    def run(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """Outcomes as they come. Raises ClusterError where workers have other rules or all are lost."""
        todo, under_way = iter(documents), dict[Any, Document]()
        completed = self._distributed.as_completed(loop=self._client.loop)
        try:
            self._submit(islice(todo, max(2, AHEAD * self._threads())), completed, under_way)
            # they are reading meanwhile; one that cannot do this does without
            self._client.run(sampling, False, on_error="ignore")
            # an empty as_completed ends its iteration, so it is filled before the next one is taken
            while under_way:
                try:
                    future = completed.next_batch(block=True)
                except StopIteration:
                    break
                for one in future:
                    self._submit(islice(todo, 1), completed, under_way)
                    document = under_way.pop(one.key)
                    yield self._outcome(one, document)
                    one.release()
            self._client.run(sampling, True, on_error="ignore")
        finally:
            completed.clear()
            self._client.close()

    def _threads(self) -> int:
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        return sum(int(w["nthreads"]) for w in workers.values())

    def _submit(self, documents: Iterable[Document], completed: Any, under_way: dict[Any, Document]) -> None:
        for document in documents:
            # a name of its own for each document and rules: a result that is still there is not made again
            name = f"kg-{document.key}-{rules_hash()}"
            future = self._client.submit(attempt, document, key=name, pure=False)
            under_way[future.key] = document
            completed.add(future)

    def _outcome(self, future: Any, document: Document) -> Outcome:
        error = future.exception()
        if error is None:
            outcome: Outcome = future.result()
            if outcome.rules != rules_hash():
                raise ClusterError(
                    f"{self.address}：工作節點的規則與這裡不同，請更新節點後再試 "
                    "(the workers run other rules than this program; update them and build again)"
                )
            return outcome
        if isinstance(error, self._distributed.scheduler.KilledWorker):
            return Outcome(document.key, rules_hash(), failed=(
                f"{document.file_name}：讀這份文件的工作節點一再中止，已略過，請檢查檔案或節點的記憶體 "
                "(the workers reading it ended again and again; left out; check the file and the workers' memory)"))
        if isinstance(error, TimeoutError):
            return Outcome(document.key, rules_hash(), failed=too_long(document))
        raise ClusterError(
            f"{self.address}：叢集出錯，請檢查工作節點是否安裝同一版程式 (the cluster failed: "
            f"{type(error).__name__}: {error}; check that the workers have this program installed)"
        )
