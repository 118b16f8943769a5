from __future__ import annotations

import base64
import hashlib
import hmac
import re

import pyarrow as pa
import pytest

from caringmon.errors import RefusedError
from caringmon.intake.pseudonyms import pseudonym_key, pseudonyms, split_identities
from caringmon.model.tables import CALLS, QC, TABLES

KEY = b"another key"


def rows(table, *given):
    """Return validated rows: the columns of a table, names and notes among them."""
    names = [column.name for column in table.columns if not column.raw]
    kinds = {field.name: field.type for field in table.arrow_schema}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in (*names, "source_row", "source_line")])
    return pa.Table.from_pylist([{"source_row": n} | row for n, row in enumerate(given, 2)], schema)


def test_a_pseudonym_is_the_first_80_bits_of_a_keyed_hash_in_base32():
    expected = base64.b32encode(hmac.digest(KEY, b"service\x1f0211234567", hashlib.sha256)[:10]).decode()
    assert pseudonyms("service", ["0211234567"], KEY) == [expected]
    assert re.fullmatch("[A-Z2-7]{16}", expected)


def test_key_kind_and_value_each_change_the_pseudonym():
    made = {
        pseudonyms(kind, [value], key)[0]
        for kind in ("service", "phone")
        for value in ("021", "21")
        for key in (KEY, b"test")
    }
    assert len(made) == 8
    assert pseudonyms("service", [], KEY) == []


def test_the_key_comes_from_the_environment_else_says_that_it_is_a_test_key():
    assert pseudonym_key({"CARINGMON_PSEUDO_KEY": "geheim"}) == b"geheim"
    assert pseudonym_key({"CARINGMON_PSEUDO_KEY": "geheim", "CARINGMON_ENV": "production"}) == b"geheim"
    assert b"test key" in pseudonym_key({})


@pytest.mark.parametrize("key", [{}, {"CARINGMON_PSEUDO_KEY": ""}])
def test_production_is_refused_without_a_key(key):
    with pytest.raises(RefusedError, match="CARINGMON_PSEUDO_KEY"):
        pseudonym_key({"CARINGMON_ENV": "production", **key})


def test_names_notes_and_clear_numbers_go_to_the_identities_alone():
    call = {
        "attempt_id": "7001",
        "agent_id": "A01",
        "agent_name": "Dimas Lestari",
        "service_no": "0211234567",
        "dialled_no": "081234567890",
        "note": "istri yang bayar",
    }
    facts, identities = split_identities(CALLS, rows(CALLS, call, call | {"note": None}), "TAMARA", KEY)
    assert facts.schema == CALLS.arrow_schema
    (service,), (phone,) = (
        pseudonyms(*pair, KEY) for pair in (("service", ["0211234567"]), ("phone", ["081234567890"]))
    )
    assert facts["service_no"].to_pylist() == [service, service]
    assert identities.to_pylist() == [
        {"kind": "agent_name", "pseudonym": "A01", "clear": "Dimas Lestari"},
        {"kind": "note", "pseudonym": "7001", "clear": "istri yang bayar"},
        {"kind": "phone", "pseudonym": phone, "clear": "081234567890"},
        {"kind": "service", "pseudonym": service, "clear": "0211234567"},
    ]
    assert "0211234567" not in str(facts.to_pylist())


def test_a_missing_number_has_no_pseudonym():
    facts, identities = split_identities(CALLS, rows(CALLS, {"attempt_id": "1", "service_no": "021"}), "TAMARA", KEY)
    assert facts["dialled_no"].to_pylist() == [None]
    assert identities["kind"].to_pylist() == ["service"]


def test_a_row_without_an_id_gets_one_that_its_key_and_system_decide():
    calls = rows(
        CALLS, {"agent_id": "A01", "service_no": "021"}, {"agent_id": "A02", "service_no": "021"}, {"attempt_id": "7"}
    )
    ids = {
        system: split_identities(CALLS, calls, system, KEY)[0]["attempt_id"].to_pylist()
        for system in ("TAMARA", "NONATERO")
    }
    assert ids["TAMARA"][2] == "7"
    assert len({*ids["TAMARA"], *ids["NONATERO"]}) == 5
    assert ids["TAMARA"] == split_identities(CALLS, calls, "TAMARA", KEY)[0]["attempt_id"].to_pylist()


def test_a_recommendation_without_an_id_of_its_tap_stands_under_the_id_it_gets():
    tap = {"attempt_id": "7001", "round": 1, "recommendation_text": "sebut nominal"}
    facts, identities = split_identities(QC, rows(QC, tap), "TAMARA", KEY)
    (identity,) = identities.to_pylist()
    assert identity == {
        "kind": "recommendation_text",
        "pseudonym": facts["validation_id"][0].as_py(),
        "clear": "sebut nominal",
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_name_and_note_says_whose_it_is(table):
    stored = {column.name for column in table.stored}
    for column in table.columns:
        if column.name not in stored and not column.raw:
            assert column.about in stored
