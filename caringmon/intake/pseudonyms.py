"""Typed rows → pseudonymised facts, and identities apart. All ids made of personal data are keyed hashes."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.errors import RefusedError
from caringmon.intake.cells import mask_of
from caringmon.model.tables import NEVER_IN_FACTS, PSEUDONYMISED, Table

TEST_KEY = b"caringmon test key: for demo and tests only, not secret"
IDENTITY_SCHEMA = pa.schema([("kind", pa.string()), ("pseudonym", pa.string()), ("clear", pa.string())])
_LENGTH_BYTES = 10  # 16 characters of base32 (RFC 4648), 5 bits each
_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", dtype="S1")
_PLACE_VALUES = np.array([16, 8, 4, 2, 1], dtype=np.uint8)
_SEPARATOR = "\x1f"


def pseudonym_key(environment: Mapping[str, str]) -> bytes:
    """Return the key of `CARINGMON_PSEUDO_KEY`, else the test key, which in production is refused (RefusedError)."""
    key = environment.get("CARINGMON_PSEUDO_KEY", "")
    if key:
        return key.encode()
    if environment.get("CARINGMON_ENV") == "production":
        raise RefusedError("CARINGMON_PSEUDO_KEY is not set; production does not run on the test key. Set it first")
    return TEST_KEY


def pseudonyms(kind: str, clear: Sequence[str], key: bytes) -> list[str]:
    """Return 16 base32 characters for each clear value; another kind or key gives other pseudonyms."""
    hashes = (hmac.digest(key, f"{kind}{_SEPARATOR}{value}".encode(), "sha256")[:_LENGTH_BYTES] for value in clear)
    octets = np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, _LENGTH_BYTES)
    groups = np.unpackbits(octets, axis=1).reshape(-1, _LENGTH_BYTES * 8 // 5, 5) @ _PLACE_VALUES
    letters = np.ascontiguousarray(_ALPHABET[groups])
    return [text.decode() for text in letters.view(f"S{letters.shape[1]}").ravel().tolist()]


def split_identities(
    table: Table, rows: pa.Table, source_system: str, key: bytes, erased: frozenset[str] = frozenset()
) -> tuple[pa.Table, pa.Table]:
    """Return the facts (`table.arrow_schema`) and the identities (kind, pseudonym, clear) of validated rows.

    A row without an id of its own gets one from the columns that identify it. Names and notes stand among the
    identities under the id of whom or what they are about. Identities are ordered, each once; rows of the services
    `erased`, by pseudonym with or without leading zeros, give none.
    """
    facts = {name: rows[name] for name in rows.column_names}
    clear: dict[tuple[str, str], pa.ChunkedArray] = {}
    for column in table.columns:
        if column.digits_of:
            facts[column.name] = _digits(column.kind.value, rows[column.digits_of], facts[column.digits_of], key)
        elif column.kind in PSEUDONYMISED:
            facts[column.name] = _pseudonyms(column.kind.value, rows[column.name], key)
            clear[column.kind.value, column.name] = rows[column.name]
    _fill_id(table, facts, source_system, key)
    told = [(kind, facts[name], values) for (kind, name), values in clear.items()]
    personal = [column for column in table.columns if column.kind in NEVER_IN_FACTS]
    told += [(column.name, facts[column.about], rows[column.name]) for column in personal]
    if erased and "service_no" in facts:
        listed = pa.array(sorted(erased), pa.string())
        kept = pc.invert(pc.or_(*(pc.is_in(facts[name], listed) for name in ("service_no", "service_no_digits"))))
        told = [(kind, ids.filter(kept), values.filter(kept)) for kind, ids, values in told]
    identities = [_identities(kind, ids, values) for kind, ids, values in told]
    schema = table.arrow_schema
    return pa.table({name: facts[name] for name in schema.names}, schema), _distinct(identities)


def _pseudonyms(kind: str, values: pa.ChunkedArray, key: bytes) -> pa.Array:
    encoded = pa.chunked_array(values).combine_chunks().dictionary_encode()
    hidden = pa.array(pseudonyms(kind, encoded.dictionary.to_pylist(), key), pa.string())
    return hidden.take(encoded.indices)


def _digits(kind: str, clear: pa.ChunkedArray, hidden: pa.Array, key: bytes) -> pa.Array:
    """Return the pseudonyms of the ids without leading zeros: those of the ids themselves where they have none."""
    zero = pc.fill_null(pc.starts_with(clear, "0"), False)
    if not pc.any(zero).as_py():
        return hidden
    stripped = pc.if_else(zero, pc.utf8_ltrim(clear, "0"), pa.scalar(None, pa.string()))
    return pc.if_else(zero, _pseudonyms(kind, stripped, key), hidden)


def _fill_id(table: Table, facts: dict[str, pa.Array], source_system: str, key: bytes) -> None:
    """Give rows without the id that comes first among the keys a hash of the columns that identify them instead."""
    own, *others = table.key
    if len(own) != 1 or not others:
        return
    ids = np.array(facts[own[0]].to_numpy(zero_copy_only=False), dtype=object)
    without = mask_of(pc.is_null(facts[own[0]]))
    kind = _SEPARATOR.join((table.ids_as or table.name, source_system))
    for number, names in enumerate(others, 1):
        if not without.any():
            break
        filled = [mask_of(pc.is_valid(facts[name])) for name in names]
        chosen = without if number == len(others) else without & np.logical_and.reduce(filled)
        if chosen.any():
            ids[chosen] = pseudonyms(kind, _joined(facts, names)[chosen].tolist(), key)
            without = without & ~chosen
    facts[own[0]] = pa.array(ids, pa.string())


def _joined(facts: Mapping[str, pa.Array], names: Sequence[str]) -> npt.NDArray[np.object_]:
    texts = [pc.fill_null(pc.cast(facts[name], pa.string()), "") for name in names]
    joined: npt.NDArray[np.object_] = pc.binary_join_element_wise(*texts, _SEPARATOR).to_numpy(zero_copy_only=False)
    return joined


def _identities(kind: str, pseudonyms: pa.Array, clear: pa.Array) -> pa.Table:
    table = pa.table({"pseudonym": pseudonyms, "clear": clear}).drop_null()
    return table.add_column(0, "kind", pa.repeat(kind, table.num_rows)).cast(IDENTITY_SCHEMA)


def _distinct(identities: list[pa.Table]) -> pa.Table:
    together = pa.concat_tables([IDENTITY_SCHEMA.empty_table(), *identities])
    order = [(name, "ascending") for name in IDENTITY_SCHEMA.names]
    return together.group_by(IDENTITY_SCHEMA.names).aggregate([]).sort_by(order)
