"""Identities: pseudonym → clear value, apart from the facts, for the few outputs that may name people."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset
import pyarrow.parquet

from caringmon.errors import DataBlockedError
from caringmon.model.tables import PSEUDONYMISED
from caringmon.store.files import OWNER_ONLY, write_whole

_SCHEMA = pa.schema([("kind", pa.string()), ("pseudonym", pa.string()), ("clear", pa.string())])
_ID_KINDS = pa.array(sorted(PSEUDONYMISED), pa.string())
# Small groups, ordered by kind: a look for ids passes over notes and names.
_ROW_GROUP = 20_000


def save_identities(workspace: Path, load_id: str, identities: pa.Table) -> None:
    """Keep the identities of one load (kind, pseudonym, clear), readable by the owner alone.

    Two clear ids under one pseudonym, in these or with what is stored: DataBlockedError, nothing is written.
    """
    identities = identities.select(_SCHEMA.names)
    ids = identities.filter(pc.is_in(identities["kind"], _ID_KINDS))
    _refuse_collisions(pa.concat_tables([ids, _stored(workspace, ids["pseudonym"])]))
    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(identities, buffer, compression="zstd", row_group_size=_ROW_GROUP)
    write_whole(_folder(workspace) / f"{load_id}.parquet", buffer.getvalue().to_pybytes(), mode=OWNER_ONLY)


def read_identities(workspace: Path) -> pa.Table:
    """Return all identities: kind, pseudonym, clear. An id may stand several times, a name in several spellings."""
    paths = sorted(_folder(workspace).glob("*.parquet"))
    return pa.concat_tables([_SCHEMA.empty_table(), *(pa.parquet.read_table(path) for path in paths)])


def _stored(workspace: Path, pseudonyms: pa.ChunkedArray) -> pa.Table:
    """Return the stored identities of these pseudonyms."""
    paths = [str(path) for path in sorted(_folder(workspace).glob("*.parquet"))]
    known = pa.dataset.dataset(paths, schema=_SCHEMA)
    is_id = pc.field("kind").isin(_ID_KINDS)
    return known.to_table(filter=is_id & pc.field("pseudonym").isin(pseudonyms.combine_chunks()))


def _refuse_collisions(ids: pa.Table) -> None:
    counts = ids.group_by(["kind", "pseudonym"]).aggregate([("clear", "count_distinct")])
    shared = counts.filter(pc.greater(counts["clear_count_distinct"], 1))
    if shared.num_rows:
        raise DataBlockedError(
            f"PSEUDONYM_COLLISION: {shared.num_rows} pseudonyms of kind {shared['kind'][0].as_py()} stand for two ids; "
            "set another CARINGMON_PSEUDO_KEY and load again"
        )


def _folder(workspace: Path) -> Path:
    return workspace / "store" / "identity"
