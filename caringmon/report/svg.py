"""matplotlib's SVG made lean: the same picture in about a third of the bytes, in the fonts of the page."""

from __future__ import annotations

import re
import string
import xml.etree.ElementTree as ET
from collections import Counter

from caringmon.report import palette

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_COORDINATES = ("d", "x", "y", "width", "height", "transform")
# What the stylesheet of the picture says for all, or what says nothing.
_IDLE = ("font-family", "stroke-dashoffset:0", "text-anchor:start", f"fill:{palette.INK}")
_FINE = re.compile(r"\d+\.\d{2,}")
_AGAIN = re.compile(r"(L[^A-Za-z]+)\1+(?=[A-Za-z]|$)")
_COMMANDS = re.compile(r"\s*([A-Za-z])\s*")


def lean_svg(text: str, text_size: float) -> bytes:
    """Return the picture in pixels; texts are in ink and the page's fonts, of `text_size` unless they say otherwise."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(text)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    _flatten(root)
    for element in root.iter():
        _shorten(element, f"font-size:{text_size:g}px")
    for name in ("width", "height"):
        root.set(name, root.get(name, "").removesuffix("pt"))
    del root.attrib["version"]
    fonts = palette.FONTS.replace('"', "'")
    style = next(root.iter(f"{{{_SVG}}}style"))
    style.attrib.clear()
    style.text = f"*{{stroke-linejoin:round}}text{{font:{text_size:g}px {fonts};fill:{palette.INK}}}{_classes(root)}"
    return ET.tostring(root, encoding="unicode").replace(" />", "/>").encode()


def _flatten(parent: ET.Element) -> None:
    """Put what stands in groups that say nothing in their place; drop the space between elements."""
    children: list[ET.Element] = []
    for child in parent:
        _flatten(child)
        is_group = child.tag == f"{{{_SVG}}}g"
        if is_group:
            child.attrib.pop("id", None)
        children += list(child) if is_group and not child.attrib else [child]
    parent[:] = children
    if parent.tag != f"{{{_SVG}}}text":
        parent.text = (parent.text or "").strip() or None
    parent.tail = None


def _classes(root: ET.Element) -> str:
    """Give every style that several elements have a letter, and return the rules of these letters."""
    styled = [element for element in root.iter() if "style" in element.attrib]
    often = Counter(element.attrib["style"] for element in styled)
    shared = [style for style, times in often.items() if times > 1]
    letters = dict(zip(shared, string.ascii_letters, strict=False))
    for element in styled:
        if element.attrib["style"] in letters:
            element.set("class", letters[element.attrib.pop("style")])
    return "".join(f".{letter}{{{style}}}" for style, letter in letters.items())


def _shorten(element: ET.Element, usual_size: str) -> None:
    """Shorten coordinates to a tenth of a pixel, and style to what is not idle: ink is, on texts alone."""
    for name in set(_COORDINATES) & set(element.attrib):
        element.set(name, _FINE.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), element.attrib[name]))
    if element.tag == f"{{{_SVG}}}text" and "y" in element.attrib:
        element.set("y", f"{float(element.attrib['y']):.0f}")  # labels in a row share a line
    if "d" in element.attrib:
        path = _COMMANDS.sub(r"\1", element.attrib["d"]).strip().replace(" ", ",")
        element.set("d", _AGAIN.sub(r"\1", path))  # a line to where it is already
    if element.get("transform", "").startswith("rotate(-0"):
        del element.attrib["transform"]
    if "style" in element.attrib:
        idle = (*_IDLE, usual_size) if element.tag == f"{{{_SVG}}}text" else _IDLE[:2]
        parts = [part.strip().replace(": ", ":") for part in element.attrib["style"].split(";") if part.strip()]
        element.set("style", ";".join(part for part in parts if not part.startswith(idle)))
    if not element.get("style", "-"):
        del element.attrib["style"]
