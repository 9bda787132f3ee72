"""The operator's token, which opens writing and the review bench: KG_TOKEN of the environment."""

from __future__ import annotations

import hmac
import os


def operator_token() -> str:
    """The token; empty where none is set."""
    return os.environ.get("KG_TOKEN", "")


def is_token(given: str) -> bool:
    """Is this the token? Compared in constant time; nothing is the token where none is set."""
    return bool(operator_token()) and hmac.compare_digest(given.encode(), operator_token().encode())
