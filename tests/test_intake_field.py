"""Workbooks of the field: the header rows and values that are known to be met (data/header_vocabulary.md)."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from caringmon.intake.aliases import is_known
from caringmon.intake.cells import cells_of
from caringmon.intake.results import ResultWords
from caringmon.intake.words import plain, read_words
from caringmon.model.codes import Severity
from caringmon.model.tables import ASSIGNMENTS, PAYMENT_STATES
from tests.exports import codes, issue, load, new_workspace, save_sheet, shipped_rules, stored, tamara_csv, text_file

RULES = shipped_rules()
# Values that say nothing of a call: what is paid, what kind of bill it is. And words that a mapping file must explain.
NO_OUTCOME = {"unpaid", "belum bayar", "respons ok"}


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def vocabulary(shared_data: Path, kind: str) -> list[str]:
    """Return the words in backticks of the lines of one kind of value."""
    text = (shared_data / "header_vocabulary.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^\* {kind}: (.*?)(?=^\*|^$)", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`]+)`", line)


def test_every_header_of_the_vocabulary_is_known(shared_data):
    text = (shared_data / "header_vocabulary.md").read_text(encoding="utf-8")
    rows = text[text.index("## Header rows") : text.index("| our field")]
    headers = [word for word in re.findall(r"`([^`]+)`", rows) if not word.endswith(".xls")]
    assert len(headers) > 40
    assert [header for header in headers if not is_known(header, RULES.known_headers)] == []


@pytest.mark.parametrize("kind", ["contact", "unreachable", "agree", "paid", "refuse / churn", "complaint"])
def test_every_word_of_the_vocabulary_is_an_outcome_or_knowingly_none(shared_data, kind):
    words = vocabulary(shared_data, kind)
    unknown = [word for word in words if RULES.vocabulary.results.result(word, None, None)[0] == "X00"]
    statuses = {"contacted", "uncontacted", "not contacted", "terhubung", "tidak terhubung"}
    assert {plain(word) for word in unknown} <= NO_OUTCOME | statuses
    assert words


def test_every_category_of_bill_and_word_of_payment_is_known(shared_data):
    for kind, table, column in (("bill category", ASSIGNMENTS, "segment"), ("paid", PAYMENT_STATES, "paid")):
        words = [*vocabulary(shared_data, kind), *(["Eksisting"] if kind != "paid" else [])]
        assert not read_words(cells_of(words), table.name, table.column(column)).unreadable.any()


@pytest.mark.parametrize("blank", ["", "-", "0", "NAN", "NONE", "NULL", "#REF!"])
def test_a_blank_of_the_field_is_no_outcome(blank):
    from caringmon.intake.sheets import RawColumn

    raw = {"status_raw": RawColumn.of(["Contacted"]), "reason_raw": RawColumn.of([blank])}
    assert RULES.vocabulary.results.results(raw, 1).codes.to_pylist() == ["X00"]


def test_one_word_never_stands_for_another_that_holds_it():
    results = ResultWords(RULES.vocabulary.results.words)
    assert results.result("TIDAK TERHUBUNG", "Agree", "")[0] != "R01"
    assert results.result("Contacted", None, "UNPAID")[0] != "R08"


DATA_ALL = ["SND", "NAMA", "NO HP", "COLL AGENT", "PETUGAS", "TANGGAL", "STATUS CARING", "VOC", "KET", "FREKUENSI",
            "STATUS BAYAR", "JUMLAH BAYAR", "BILL CATEGORY", "UMUR_CUSTOMER"]  # fmt: skip


def test_a_sheet_data_all_feeds_calls_and_the_states_of_payment(workspace):
    rows = [
        ["0211", "TARI", "0812345678; 0857111222", "MITRA", "A01", dt.date(2022, 10, 3), "CONTACTED", "JANJI BAYAR",
         "x", "2X", "BELUM BAYAR", "", "PRA NPC", 12],
        ["0212", "BUDI", "62812345678", "MITRA", "A01", dt.date(2022, 10, 3), "UNCONTACTED", "BUSSY", "", "1X",
         "LUNAS", 250000, "PRANPC", 7],
        ["0213", "SARI", "-", "MITRA", "A02", dt.date(2022, 10, 4), "NO CARING", "-", "", "", "ZERO BILLING", "", "PSB",
         1],
    ]  # fmt: skip
    save_sheet(workspace / "inbox" / "DATA ALL 2022-10-05.xlsx", DATA_ALL, *rows)
    (report,) = load(workspace, {}).values()
    counts = {count.table: (count.read, count.loaded, count.set_aside, count.skipped) for count in report.counts}
    assert counts == {"calls": (3, 2, 0, 1), "payment_states": (3, 2, 0, 1)}
    first, second = stored(workspace, "calls")
    assert (first["result_code"], first["attempt_count"], first["segment"], first["agent_id"]) == (
        "R01",
        2,
        "PRANPC",
        "A01",
    )
    assert (second["result_code"], second["dialled_no"]) == ("U02", first["dialled_no"])
    assert [state["paid"] for state in stored(workspace, "payment_states")] == ["UNPAID", "PAID"]
    assert {"PHONES_SEVERAL", "PHONE_REWRITTEN", "OUT_OF_SCOPE", "ZERO_BILLING"} <= codes(report)
    assert {one.severity for one in report.issues if one.code.startswith("PHONE")} == {Severity.INFO}
    assert "UNKNOWN_HEADERS" not in codes(report)


def test_a_word_that_only_one_application_uses_is_explained_by_a_mapping_file(workspace):
    (workspace / "params" / "mappings" / "viseepro.yml").write_text(
        "table: calls\ncolumns: {service_no: SND, agent_id: PETUGAS, called_at: TANGGAL, reason_raw: STATUS CARING}\n"
        "constants: {segment: PRANPC}\nwords: {reason_raw: {RESPONS OK: JANJI BAYAR}}\n"
    )
    content = text_file(["SND", "PETUGAS", "TANGGAL", "STATUS CARING"], ["0211", "A01", "03/10/2022", "RESPONS OK"])
    load(workspace, {"viseepro.csv": content})
    assert [call["result_code"] for call in stored(workspace, "calls")] == ["R01"]


def test_a_data_order_in_which_amounts_are_written_in_three_ways_holds_one_amount(workspace):
    headers = ["Periode", "Layanan", "SND", "Total", "PETUGAS", "Tgl Order"]
    amounts = ("Rp 1.234.567,00", "1,234,567", 1234567.0)
    rows = [["2022-10", "CT0", f"021{n}", amount, "A01", dt.date(2022, 10, 1)] for n, amount in enumerate(amounts)]
    save_sheet(workspace / "inbox" / "order.xlsx", headers, *rows)
    (report,) = load(workspace, {}).values()
    assert [row["arrears_amount"] for row in stored(workspace, "assignments")] == [1_234_567] * 3
    assert issue(report, "AMOUNTS_MIXED").severity == Severity.WARN
    alone = load(workspace, {"b.csv": text_file(headers, ["2022-10", "CT0", "0219", "1.234", "A01", "01/10/2022"])})
    assert issue(alone["b.csv"], "AMOUNTS_AMBIGUOUS").severity == Severity.WARN
    assert 1234 in [row["arrears_amount"] for row in stored(workspace, "assignments")]


def test_total_is_no_arrears_beside_a_promised_amount(workspace):
    headers = ["Periode", "Layanan", "SND", "Total", "Saldo", "Nominal Janji", "PETUGAS", "Tgl Order"]
    row = ["2022-10", "CT0", "0211", "50.000", "300.000", "50.000", "A01", "01/10/2022"]
    report = load(workspace, {"order.csv": text_file(headers, row)})["order.csv"]
    assert stored(workspace, "assignments")[0]["arrears_amount"] == 300_000
    assert "total" in issue(report, "HEADER_UNUSED").detail


def test_one_phone_has_one_pseudonym_however_it_is_written(workspace):
    calls = ({"id": str(number), "no_telp": phone} for number, phone in
             enumerate(["081234567890", "6281234567890", "81234567890", "+62 812-3456-7890/0857111222"]))  # fmt: skip
    load(workspace, {"a.csv": tamara_csv(*calls)})
    assert len({call["dialled_no"] for call in stored(workspace, "calls")}) == 1
