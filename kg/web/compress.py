"""Pages, scripts and styles are sent gzipped to clients that read gzip (RFC 9110, section 8.4).

Results of the SPARQL service compress themselves; nothing here touches them. Pages hold no secret, so that
their length tells none (BREACH).
"""

from __future__ import annotations

import functools
import gzip
from pathlib import Path

from flask import Flask, Response, current_app, request
from werkzeug.security import safe_join

from kg.service.http import takes_gzip

#: bytes below which compression saves nothing worth having
LEAST = 1000
#: effort: pages are made anew for every request, files once
_PAGE, _FILE = 4, 9
_TYPES = ("application/javascript", "application/json", "application/ld+json", "image/svg+xml")


def install(app: Flask) -> None:
    """Compresses what the application answers."""

    @app.after_request
    def _compress(response: Response) -> Response:
        kind = response.mimetype or ""
        if not kind.startswith("text/") and kind not in _TYPES:
            return response
        response.vary.add("Accept-Encoding")
        if (
            response.status_code != 200 or request.method != "GET" or "Content-Encoding" in response.headers
            or not takes_gzip(request.headers.get("Accept-Encoding", ""))
        ):
            return response
        if request.endpoint == "static":
            data = _static()
        elif response.is_streamed or (response.content_length or 0) < LEAST:
            data = None
        else:
            data = gzip.compress(response.get_data(), _PAGE, mtime=0)
        if data is not None:
            response.close()  # an opened static file
            response.direct_passthrough = False
            response.set_data(data)
            response.headers["Content-Encoding"] = "gzip"
            tag, _ = response.get_etag()
            if tag:
                response.set_etag(tag, weak=True)  # the same content in another form
        return response


def _static() -> bytes | None:
    """The static file of this request, compressed; None where it is small."""
    name = safe_join(str(current_app.static_folder), str((request.view_args or {}).get("filename", "")))
    if name is None:
        return None
    stat = Path(name).stat()
    return _file(name, stat.st_mtime_ns, stat.st_size)


@functools.lru_cache(maxsize=64)
def _file(name: str, _changed: int, size: int) -> bytes | None:
    """A file, compressed; None where it is small. Kept until it changes."""
    return gzip.compress(Path(name).read_bytes(), _FILE, mtime=0) if size >= LEAST else None
