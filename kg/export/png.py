"""Pictures as PNG: the SVG drawn by resvg (package resvg-py, one wheel, no system libraries)."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from kg.export.svg import FONTS

MEDIA_TYPE = "image/png"
#: parts of the names of font files that hold traditional Chinese, the best first
_CHINESE = ("notosanscjk", "notosanstc", "notosanshk", "sourcehansans", "pingfang", "msjh", "heiti", "notoserifcjk",
            "notosansmonocjk", "wqy", "uming", "ukai", "droidsansfallback", "arphic", "mingliu", "cwtex", "jhenghei")
#: where fonts are on Linux, macOS and Windows; KG_FONTS names a further folder
_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/System/Library/Fonts",
    "/Library/Fonts", "~/Library/Fonts", r"C:\Windows\Fonts",
)


@functools.cache
def font() -> Path | None:
    """A font file with traditional Chinese; None where the system has none (install Noto Sans CJK)."""
    found: list[tuple[int, int, str, Path]] = []
    for folder in (os.environ.get("KG_FONTS", ""), *_FOLDERS):
        path = Path(folder).expanduser() if folder else None
        if path is None or not path.is_dir():
            continue
        for file in path.rglob("*"):
            name = file.name.lower().replace("-", "").replace("_", "").replace(" ", "")
            rank = next((i for i, part in enumerate(_CHINESE) if part in name), None)
            if rank is not None and file.suffix.lower() in (".ttf", ".ttc", ".otf"):
                # upright and regular before bold and light
                found.append((rank, "regular" not in name, file.name, file))
    return min(found)[3] if found else None


def render(picture: str, zoom: float = 1.5) -> bytes:
    """An SVG text as PNG. Raises ValueError where it cannot be drawn.

    Only fonts of this machine are used; without a Chinese one its characters are empty boxes (see ``font``).
    """
    import resvg_py

    chosen = font()
    family = FONTS.split(",")[0].strip("'") if sys.platform.startswith("linux") else None
    return bytes(resvg_py.svg_to_bytes(
        svg_string=picture, zoom=zoom, background="#ffffff", font_files=[str(chosen)] if chosen else None,
        sans_serif_family=family,
    ))
