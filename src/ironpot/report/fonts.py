"""Which letters does a page need, and where do they come from? Noto Sans CJK SC, in subsets.

A page embeds only the glyphs that it shows, so that Chinese can be read on a machine without any
Chinese font and the file stays small. The PDF engine reads the two font files themselves.
"""

import base64
import io
from importlib import resources
from importlib.resources.abc import Traversable

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Noto Sans CJK SC"
FACES = (("NotoSansCJKsc-Regular.otf", 400), ("NotoSansCJKsc-Bold.otf", 700))


def font_folder() -> Traversable:
    """Return the folder that holds the two font files and their licence."""
    return resources.files("ironpot.report") / "fonts"


def embedded_faces(text: str) -> str:
    """Return @font-face rules with the glyphs of `text` as data, regular and bold."""
    return "\n".join(_face(name, weight, text) for name, weight in FACES)


def _face(name: str, weight: int, text: str) -> str:
    data = base64.b64encode(woff2_of(name, text)).decode("ascii")
    return (
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};font-display:block;"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )


def woff2_of(name: str, text: str) -> bytes:
    """Return the font file `name` cut down to the glyphs of `text`, as WOFF2.

    >>> woff2_of("NotoSansCJKsc-Bold.otf", "1")[:4]
    b'wOF2'
    """
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern"])
    with (
        resources.as_file(font_folder() / name) as path,
        TTFont(path, lazy=True, recalcTimestamp=False) as font,
    ):
        cutter = subset.Subsetter(options)
        cutter.populate(text=text)
        cutter.subset(font)
        font.flavor = "woff2"
        held = io.BytesIO()
        font.save(held)
        return held.getvalue()
