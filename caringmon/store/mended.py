"""Quarantine workbooks that come back: which load a mended file belongs to, told by the load id in its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caringmon.model.findings import Load

_LOAD_ID = re.compile(r"(?<![0-9a-z])[0-9a-f]{12}(?![0-9a-z])")
_MARK = "karantina"
_SHOWN_DIGITS = 6


@dataclass(frozen=True)
class Mended:
    """A mended file: the name under which it stands in reports, and the load whose rows it brings.

    `origin` is None where no row of the original file could be loaded. The name holds no long number, as an id may.
    """

    name: str
    origin: Load | None


def mended_file(workspace: Path, name: str, loads: Sequence[Load]) -> Mended | None:
    """Return what is known of a file named after a load of this store, or after its quarantine; of others None."""
    path = Path(name)
    by_id = {load.load_id: load for load in loads}
    for load_id in _LOAD_ID.findall(path.stem.lower()):
        origin = by_id.get(load_id)
        if origin is not None:
            source = origin.source_file
            marked = Path(source).stem if source.startswith(_MARK) else f"{_MARK} {source}"
            return Mended(marked + path.suffix, origin)
        if quarantine_path(workspace, load_id).exists():
            return Mended(f"{_MARK} {load_id[:_SHOWN_DIGITS]}{path.suffix}", None)
    return None


def quarantine_path(workspace: Path, load_id: str) -> Path:
    """Return where the rows set aside of a load stand."""
    return workspace / "store" / "quarantine" / f"{load_id}.xlsx"
