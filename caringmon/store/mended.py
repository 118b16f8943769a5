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


def mended_file(workspace: Path, name: str, sha256: str, loads: Sequence[Load]) -> Mended | None:
    """Return what is known of a file named after a load of this store, or after its quarantine; of others None.

    Mended rows that were loaded stay so when the file that they come from is read anew and gets another load id: they
    are known by their content and count as exported as before.
    """
    path = Path(name)
    by_id = {load.load_id: load for load in loads}
    ids = _LOAD_ID.findall(path.stem.lower())
    for load_id in ids:
        origin = by_id.get(load_id)
        if origin is not None:
            source = origin.source_file
            marked = Path(source).stem if source.startswith(_MARK) else f"{_MARK} {source}"
            return Mended(marked + path.suffix, origin)
        if quarantine_path(workspace, load_id).exists():
            return Mended(f"{_MARK} {load_id[:_SHOWN_DIGITS]}{path.suffix}", None)
    loaded = [load for load in loads if load.source_sha256 == sha256 and load.source_file.startswith(_MARK)]
    return Mended(loaded[0].source_file, loaded[0]) if ids and loaded else None


def quarantine_path(workspace: Path, load_id: str) -> Path:
    """Return where the rows set aside of a load stand."""
    return workspace / "store" / "quarantine" / f"{load_id}.xlsx"
