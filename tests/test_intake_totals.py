"""Totals rows are left out, counted and compared with the rows above them."""

from __future__ import annotations

import pytest

from caringmon.model.codes import Severity
from tests.exports import ORDER, codes, issue, load, new_workspace, save_sheet, stored, tamara_csv, text_file


def order(service: str, arrears: str, **change: str) -> list[str]:
    row = dict(zip(ORDER, ["2022-10", "CT0", service, "51", "TARI", "3", arrears, "4", "Solo", "SOLO", "SLO", "A21",
                           "01/10/2022"], strict=True))  # fmt: skip
    return list({**row, **change}.values())


def summed(arrears: str, label: str = "Grand Total", column: str = "NAMA PELANGGAN", bills: str = "") -> list[str]:
    row = dict.fromkeys(ORDER, "") | {"TOTAL TAGIHAN": arrears, "Lembar": bills, column: label}
    return [row[name] for name in ORDER]


@pytest.fixture
def loaded(tmp_path):
    workspace = new_workspace(tmp_path)

    def of(*rows):
        return workspace, load(workspace, {"order.csv": text_file(ORDER, *rows)})["order.csv"]

    return of


def counts(report):
    (count,) = report.counts
    return count.read, count.loaded, count.set_aside, count.totals


@pytest.mark.parametrize(
    "label", ["Grand Total", "TOTAL", "Jumlah", "Sub Total", "Subtotal", "Total keseluruhan", "Solo Total", "JUMLAH:"]
)
def test_a_totals_row_is_no_row_and_agrees_with_the_rows_above(loaded, label):
    workspace, report = loaded(order("0211", "Rp 300.000"), order("0212", "Rp 400.000"), summed("Rp 700.000", label))
    assert counts(report) == (3, 2, 0, 1)
    assert "3 read = 2 loaded + 0 set aside + 0 repeated + 1 totals + 0 skipped" in report.lines()[0]
    assert (issue(report, "TOTAL_ROW").severity, issue(report, "TOTAL_ROW").row) == (Severity.INFO, 4)
    assert len(stored(workspace, "assignments")) == 2


@pytest.mark.parametrize("column", ["Periode", "SND", "PETUGAS", "Witel", "Tgl Order"])
def test_the_label_may_stand_in_any_column(loaded, column):
    _, report = loaded(order("0211", "300000"), summed("300000", column=column))
    assert counts(report) == (2, 1, 0, 1)


def test_a_total_that_differs_is_warned_of_by_column_and_row_without_values(loaded):
    rows = order("0211", "Rp 300.000"), order("0212", "Rp 400.000"), summed("Rp 750.000", bills="6")
    _, report = loaded(*rows)
    found = issue(report, "TOTAL_MISMATCH")
    assert (found.severity, found.detail, found.row) == (Severity.WARN, "arrears_amount", 4)
    assert "TOTAL_ROW" not in codes(report)
    assert not any("750" in line for line in report.lines())


def test_subtotals_are_compared_with_their_group_and_the_grand_total_with_all(loaded):
    rows = [order("0211", "100"), order("0212", "200"), summed("300", "Sub Total"), order("0213", "50"),
            summed("50", "Sub Total"), summed("350")]  # fmt: skip
    _, report = loaded(*rows)
    assert counts(report) == (6, 3, 0, 3)
    assert issue(report, "TOTAL_ROW").detail == "4, 6, 7"
    assert "TOTAL_MISMATCH" not in codes(report)


def test_a_customer_named_total_is_a_customer(loaded):
    workspace, report = loaded(order("0211", "100", **{"NAMA PELANGGAN": "Total Jaya, CV"}))
    assert counts(report) == (1, 1, 0, 0)
    assert len(stored(workspace, "assignments")) == 1


def test_his_row_without_a_service_is_set_aside_not_taken_for_a_total(loaded):
    _, report = loaded(order("0211", "100"), order("", "100", **{"NAMA PELANGGAN": "Total Jaya"}))
    assert counts(report) == (2, 1, 1, 0)


def test_totals_and_a_repeated_header_under_title_rows_of_a_workbook(tmp_path):
    workspace = new_workspace(tmp_path)
    rows = [["DATA ORDER"], ["AREA 4"], ORDER, order("0211", "Rp 1.300.000"), ORDER, order("0212", "Rp 400.000"),
            summed("Rp 1.700.000")]  # fmt: skip
    save_sheet(workspace / "inbox" / "order.xlsx", *rows)
    report = load(workspace, {})["order.xlsx"]
    assert counts(report) == (3, 2, 0, 1)
    assert {"TITLE_ROWS", "HEADER_REPEATED", "TOTAL_ROW"} == codes(report)


def test_a_totals_row_of_calls_holds_neither_time_nor_outcome(tmp_path):
    blank = dict.fromkeys(
        ("id", "tgl", "fastel", "status", "kategori", "jenis", "login", "hasil_nego", "janji_bayar"), ""
    )
    workspace = new_workspace(tmp_path)
    report = load(workspace, {"a.csv": tamara_csv({}, blank | {"nama_agent": "Jumlah"})})["a.csv"]
    assert counts(report) == (2, 1, 0, 1)
    half = load(workspace, {"b.csv": tamara_csv({"id": "9"}, blank | {"nama_agent": "Jumlah", "status": "Contacted"})})
    assert counts(half["b.csv"]) == (2, 1, 1, 0)
