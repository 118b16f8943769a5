"""Identities: pseudonym → clear value, apart from the facts, for the few outputs that may name people."""

from __future__ import annotations

import operator
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from caringmon.errors import DataBlockedError
from caringmon.model.contracts import PSEUDONYMISED, Kind
from caringmon.store.files import OWNER_ONLY, write_whole

_SCHEMA = pa.schema([("kind", pa.string()), ("pseudonym", pa.string()), ("clear", pa.string())])
_ID_KINDS = pa.array(sorted({*PSEUDONYMISED, Kind.STAFF}), pa.string())


class IdentityStore:
    """The identities of a workspace, open for adding; what is stored is read once, for the sake of many loads."""

    def __init__(self, workspace: Path) -> None:
        self._folder = _folder(workspace)
        self._clear_by_pseudonym: dict[str, str] = {}
        ids = _ids(read_identities(workspace)).group_by(_SCHEMA.names).aggregate([])
        self._refuse_collisions(ids)

    def save(self, load_id: str, identities: pa.Table) -> None:
        """Keep the identities of one load (kind, pseudonym, clear), readable by the owner alone.

        Two clear ids under one pseudonym, in these or with what is stored: DataBlockedError, nothing is written.
        """
        identities = identities.select(_SCHEMA.names)
        self._refuse_collisions(_ids(identities))
        _write(self._folder / f"{load_id}.parquet", identities)

    def forget(self, load_id: str) -> None:
        """Remove the identities of a load that is gone; none: nothing happens."""
        (self._folder / f"{load_id}.parquet").unlink(missing_ok=True)

    def _refuse_collisions(self, ids: pa.Table) -> None:
        clear = ids["clear"].to_pylist()
        known = map(self._clear_by_pseudonym.setdefault, ids["pseudonym"].to_pylist(), clear)
        collisions = sum(map(operator.ne, known, clear))
        if collisions:
            raise DataBlockedError(
                f"PSEUDONYM_COLLISION: {collisions} ids share a pseudonym with another one; "
                "set another CARINGMON_PSEUDO_KEY and load again"
            )


def read_identities(workspace: Path) -> pa.Table:
    """Return all identities: kind, pseudonym, clear. An id may stand several times, a name in several spellings."""
    paths = sorted(_folder(workspace).glob("*.parquet"))
    return pa.concat_tables([_SCHEMA.empty_table(), *(pa.parquet.read_table(path) for path in paths)])


def any_identity(workspace: Path) -> tuple[str, str, str] | None:
    """Return kind, pseudonym and clear value of one id that is kept; None where none is."""
    for path in sorted(_folder(workspace).glob("*.parquet")):
        for row in _ids(pa.parquet.read_table(path)).slice(0, 1).to_pylist():
            return row["kind"], row["pseudonym"], row["clear"]
    return None


def known_pseudonyms(workspace: Path) -> set[str]:
    """Return every pseudonym under which something is kept."""
    return set(read_identities(workspace)["pseudonym"].to_pylist())


def forget_people(workspace: Path, pseudonyms: Collection[str]) -> int:
    """Remove everything that is kept under these pseudonyms; return how many entries that were."""
    wanted = pa.array(sorted(pseudonyms), pa.string())
    removed = 0
    for path in sorted(_folder(workspace).glob("*.parquet")):
        kept = pa.parquet.read_table(path)
        theirs = pc.is_in(kept["pseudonym"], wanted)
        if pc.any(theirs).as_py():
            removed += pc.sum(theirs).as_py()
            _write(path, kept.filter(pc.invert(theirs)))
    return removed


def _write(path: Path, identities: pa.Table) -> None:
    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(identities, buffer, compression="zstd")
    write_whole(path, buffer.getvalue().to_pybytes(), mode=OWNER_ONLY)


def _ids(identities: pa.Table) -> pa.Table:
    return identities.filter(pc.is_in(identities["kind"], _ID_KINDS))


def _folder(workspace: Path) -> Path:
    return workspace / "store" / "identity"
