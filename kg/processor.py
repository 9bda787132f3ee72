"""How much a process has computed, as the system tells it."""

from __future__ import annotations

import os
from pathlib import Path


def processor_seconds(process: int) -> float | None:
    """Seconds of processor time that a process has used in its life; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
