"""The one style of pages and notebooks, with the palette's colours filled in."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from caringmon.report import palette

# What a page leaves out of a notebook's output: it brings its own style.
NOTEBOOK_STYLE = re.compile(r"<style data-notebook=\"\">.*?</style>", re.DOTALL)


@cache
def stylesheet(*names: str) -> str:
    """Return the style of every page in one line, or that of the files named, in their order."""
    folder = files("caringmon.report").joinpath("templates")
    text = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names or ("page.css",))
    colours = {name: value for name, value in vars(palette).items() if name.isupper() and isinstance(value, str)}
    text = re.sub(r"\$([A-Z_]+)", lambda found: colours[found[1]], text)
    return re.sub(r"\s*\n\s*", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def notebook_style() -> str:
    """Return the same style for blocks inside a notebook: it touches nothing outside of them."""
    return f'<style data-notebook="">.cm{{max-width:960px;padding:12px;{stylesheet().replace(":root", "&")}}}</style>'
