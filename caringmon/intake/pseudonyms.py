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
from caringmon.intake.staff import SEPARATOR, compared, staff_codes, tells_person
from caringmon.model.contracts import NEVER_IN_FACTS, PSEUDONYMISED, Column, Kind, Table

TEST_KEY = b"caringmon test key: for demo and tests only, not secret"
IDENTITY_SCHEMA = pa.schema([("kind", pa.string()), ("pseudonym", pa.string()), ("clear", pa.string())])
_HASH_BYTES = 32
_LENGTH_BYTES = 10
_LENGTH = 16  # characters of base32 (RFC 4648), 5 bits each
_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", dtype=np.uint8)
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


def key_fingerprint(key: bytes) -> str:
    """Return 12 hex digits by which equal keys are told; nothing about the key or a pseudonym follows from them."""
    return hmac.new(key, b"caringmon key fingerprint", "sha256").hexdigest()[:12]


def pseudonyms(kind: str, clear: Sequence[str], key: bytes) -> list[str]:
    """Return 16 base32 characters for each clear value; another kind or key gives other pseudonyms."""
    hidden: list[str] = _hidden(kind, pa.array(clear, pa.string()), key).to_pylist()
    return hidden


def _hidden(kind: str, clear: pa.StringArray, key: bytes) -> pa.StringArray:
    """Return the pseudonyms of clear values, none of them null."""
    begun = hmac.new(key, f"{kind}{_SEPARATOR}".encode(), "sha256")
    hashes = []
    for value in clear.cast(pa.binary()).to_pylist():
        begun_for_value = begun.copy()
        begun_for_value.update(value)
        hashes.append(begun_for_value.digest())
    octets = np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, _HASH_BYTES)[:, :_LENGTH_BYTES]
    groups = np.unpackbits(octets, axis=1).reshape(-1, _LENGTH, 5) @ _PLACE_VALUES
    ends = np.arange(len(clear) + 1, dtype=np.int32) * _LENGTH
    return pa.StringArray.from_buffers(len(clear), pa.py_buffer(ends), pa.py_buffer(_ALPHABET.take(groups)))


def split_identities(
    table: Table, rows: pa.Table, source_system: str, key: bytes, erased: frozenset[str] = frozenset()
) -> tuple[pa.Table, pa.Table]:
    """Return the facts (`table.arrow_schema`) and the identities (kind, pseudonym, clear) of validated rows.

    A row without an id of its own gets one from the columns that identify it. Names and notes stand among the
    identities under the id of whom or what they are about; codes of staff only where they tell a person. Identities
    are ordered, each once; rows of the services `erased`, by pseudonym with or without leading zeros, give none but
    those codes.
    """
    facts = {name: rows[name] for name in rows.column_names}
    people: dict[str, str] = {}  # what tells a member of staff → pseudonym
    named: list[tuple[str, str, str]] = []  # kind of identity, column of the pseudonym, column of the clear value
    for column in table.columns:
        if column.digits_of:
            facts[column.name] = _digits(column.kind.value, rows[column.digits_of], facts[column.digits_of], key)
        elif column.kind is Kind.STAFF:
            facts[column.name], telling = _staff(rows, column, key)
            people |= telling
        elif column.kind in PSEUDONYMISED:
            facts[column.name] = _pseudonyms(column.kind.value, rows[column.name], key)
            named.append((column.kind.value, column.name, column.name))
    _fill_id(table, facts, source_system, key)
    named += [(c.name, c.about, c.name) for c in table.columns if c.kind in NEVER_IN_FACTS]
    schema = table.arrow_schema
    stored = pa.table({name: facts[name] for name in schema.names}, schema)
    hidden, told = stored, rows
    if erased and "service_no" in facts:
        listed = pa.array(sorted(erased), pa.string())
        kept = pc.invert(pc.or_(*(pc.is_in(stored[name], listed) for name in ("service_no", "service_no_digits"))))
        hidden, told = stored.filter(kept), rows.filter(kept)
    pairs = [(kind, (hidden[about], told[clear])) for kind, about, clear in named]
    pairs.append((Kind.STAFF.value, (pa.array(people.values(), pa.string()), pa.array(people.keys(), pa.string()))))
    kinds = sorted({kind for kind, _ in pairs})
    return stored, pa.concat_tables(
        _identities(kind, [pair for other, pair in pairs if other == kind]) for kind in kinds
    )


def _pseudonyms(kind: str, values: pa.ChunkedArray, key: bytes) -> pa.Array:
    encoded = pa.chunked_array(values).combine_chunks().dictionary_encode()
    return _hidden(kind, encoded.dictionary, key).take(encoded.indices)


def _staff(rows: pa.Table, column: Column, key: bytes) -> tuple[pa.Array, dict[str, str]]:
    """Return the codes of a column, a pseudonym in the place of each that tells a person, and those by what told it."""
    encoded = staff_codes(rows, column).dictionary_encode()
    spoken = [cell.split(SEPARATOR) for cell in encoded.dictionary.to_pylist()]
    clear = sorted({compared(code) for codes in spoken for code in codes if tells_person(code)})
    if not clear:
        return rows[column.name], {}
    hidden = dict(zip(clear, pseudonyms(column.kind.value, clear, key), strict=True))
    shown = [SEPARATOR.join(hidden[compared(c)] if tells_person(c) else c for c in codes) for codes in spoken]
    return pc.coalesce(pa.array(shown, pa.string()).take(encoded.indices), rows[column.name]), hidden


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
    without = mask_of(pc.is_null(facts[own[0]]))
    if not without.any():
        return
    ids = np.array(facts[own[0]].to_numpy(zero_copy_only=False), dtype=object)
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


def _identities(kind: str, pairs: Sequence[tuple[pa.ChunkedArray, pa.ChunkedArray]]) -> pa.Table:
    """Return each pair of pseudonym and clear value once, in their order; pairs with a null are none."""
    names = IDENTITY_SCHEMA.names[1:]
    together = pa.concat_tables([pa.table(pair, names).drop_null() for pair in pairs])
    distinct = together.group_by(names).aggregate([]).sort_by([(name, "ascending") for name in names])
    return distinct.add_column(0, "kind", pa.repeat(kind, distinct.num_rows)).cast(IDENTITY_SCHEMA)
