"""How much a process has computed, as the system tells it, and what it need not hold."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from pathlib import Path


def processor_seconds(process: int) -> float | None:
    """Seconds of processor time that a process has used in its life; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def give_back() -> None:
    """Gives memory that is free back to the system, where the C library can (glibc).

    A store that is closed leaves some 150 MB behind, and each step of a build would come on top of the one before.
    """
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
