"""Attempts and payments that stand beside each other in one line become rows of their own."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.exports import codes, issue, load, new_workspace, stored, text_file

WIDE = ["SND", "PETUGAS", "Layanan", "TANGGAL", "STATUS CARING 1", "STATUS CARING 2", "STATUS CARING 3"]
LINE = ["0211", "A01", "CT0", "03/10/2022"]


@pytest.fixture
def loaded(tmp_path):
    workspace = new_workspace(tmp_path)

    def of(headers, *lines, table="calls"):
        report = load(workspace, {"c3mr.csv": text_file(headers, *lines)})["c3mr.csv"]
        return report, stored(workspace, table)

    return of


def counts(report):
    (count,) = report.counts
    return count.read, count.unfolded, count.loaded, count.set_aside, count.repeats, count.skipped


def test_each_filled_attempt_is_a_call_and_the_sum_of_rows_holds(loaded):
    report, calls = loaded(WIDE, [*LINE, "RNA", "TIDAK AKTIF", ""], ["0212", *LINE[1:], "", "", ""])
    assert counts(report) == (2, 1, 2, 0, 0, 1)
    assert "2 read + 1 unfolded = 2 loaded + 0 set aside + 0 repeated + 0 totals + 1 skipped" in report.lines()[0]
    assert [(call["result_code"], call["source_row"]) for call in calls] == [("U01", 2), ("U03", 2)]
    assert len({call["attempt_id"] for call in calls}) == 2
    assert (issue(report, "LINES_UNFOLDED").count, issue(report, "NO_ATTEMPT").count) == (1, 1)


def test_attempts_that_share_a_date_follow_each_other_by_seconds(loaded):
    _, calls = loaded(WIDE, [*LINE, "RNA", "RNA", "BUSY"])
    assert [call["called_at"] for call in calls] == [dt.datetime(2022, 10, 3, 0, 0, second) for second in (0, 1, 2)]


def test_the_export_is_still_the_end_of_the_last_day(loaded, tmp_path):
    from caringmon.store import facts

    loaded(WIDE, [*LINE, "RNA", "RNA", "BUSY"])
    (record,) = facts.read_loads(tmp_path)
    assert record.exported_at == dt.datetime(2022, 10, 3, 23, 59, 59)


def test_attempts_with_dates_and_reasons_of_their_own_keep_them(loaded):
    headers = [
        "SND",
        "PETUGAS",
        "Layanan",
        "TANGGAL 1",
        "STATUS CARING 1",
        "VOC 1",
        "TANGGAL 2",
        "STATUS CARING 2",
        "VOC 2",
    ]
    line = [
        "0211",
        "A01",
        "CT0",
        "03/10/2022 09:00:00",
        "CONTACTED",
        "ENGGAN",
        "05/10/2022 10:00:00",
        "CONTACTED",
        "JB",
    ]
    _, calls = loaded(headers, line)
    assert [(call["called_at"], call["result_code"]) for call in calls] == [
        (dt.datetime(2022, 10, 3, 9), "R99"),
        (dt.datetime(2022, 10, 5, 10), "R01"),
    ]


def test_what_stands_once_belongs_to_the_last_attempt(loaded):
    _, calls = loaded([*WIDE, "VOC"], [*LINE, "UNCONTACTED", "CONTACTED", "", "ENGGAN"])
    assert [call["result_code"] for call in calls] == ["X00", "R99"]


def test_the_first_attempt_may_stand_without_a_number(loaded):
    _, calls = loaded([*WIDE[:4], "STATUS CARING", "STATUS CARING 2"], [*LINE, "RNA", "BUSY"])
    assert [call["result_code"] for call in calls] == ["U01", "U02"]


def test_not_having_called_is_skipped_attempt_by_attempt(loaded):
    report, calls = loaded(WIDE, [*LINE, "RNA", "BELUM CARING", "-"])
    assert counts(report) == (1, 1, 1, 0, 0, 1)
    assert [call["result_code"] for call in calls] == ["U01"]


def test_an_id_of_the_line_is_numbered_from_the_second_attempt_on(loaded):
    _, calls = loaded(["No Tiket", *WIDE], ["T7", *LINE, "RNA", "RNA", ""])
    assert [call["attempt_id"] for call in calls] == ["T7", "T7/2"]


def test_of_two_attempts_one_may_be_set_aside(loaded):
    headers = ["SND", "PETUGAS", "Layanan", "TANGGAL 1", "STATUS CARING 1", "TANGGAL 2", "STATUS CARING 2"]
    report, calls = loaded(headers, ["0211", "A01", "CT0", "03/10/2022", "RNA", "besok", "BUSY"])
    assert counts(report) == (1, 1, 1, 1, 0, 0)
    assert len(calls) == 1


def test_both_attempts_set_aside_are_one_line_of_the_quarantine(loaded, tmp_path):
    from openpyxl import load_workbook

    report, _ = loaded(WIDE, ["0211", "", *LINE[2:], "RNA", "BUSY", ""], ["0212", *LINE[1:], "RNA", "", ""])
    assert counts(report) == (2, 1, 1, 2, 0, 0)
    (path,) = (tmp_path / "store" / "quarantine").iterdir()
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert [row[:7] for row in rows[1:]] == [("0211", None, "CT0", "03/10/2022", "RNA", "BUSY", None)]


@pytest.mark.parametrize(("frequency", "count"), [("2X", 2), ("3", 3), ("1x", 1), ("", None)])
def test_a_frequency_says_how_many_attempts_the_one_known_outcome_stands_for(loaded, frequency, count):
    _, calls = loaded([*WIDE[:4], "STATUS CARING", "FREKUENSI"], [*LINE, "RNA", frequency])
    assert [call["attempt_count"] for call in calls] == [count]


def test_a_frequency_of_zero_is_no_attempt(loaded):
    report, _ = loaded([*WIDE[:4], "STATUS CARING", "FREKUENSI"], [*LINE, "", "0"], [*LINE, "RNA", "1X"])
    assert counts(report) == (2, 0, 1, 0, 0, 1)
    assert "NO_ATTEMPT" in codes(report)


def test_a_frequency_beside_attempts_counts_those_that_are_not_told(loaded):
    _, calls = loaded([*WIDE, "FREKUENSI"], [*LINE, "RNA", "BUSY", "", "4X"])
    assert [call["attempt_count"] for call in calls] == [None, 3]


PAID = ["fastel", "PAYMENT_DATE 1", "PAYMENT_AMOUNT 1", "CHANEL BAYAR 1", "PAYMENT_DATE 2", "PAYMENT_AMOUNT 2",
        "CHANEL BAYAR 2"]  # fmt: skip


def test_payments_that_stand_beside_each_other_are_payments_each(loaded):
    lines = [["0211", "03/10/2022", "Rp 200.000", "Indomaret", "08/10/2022", "Rp 100.000", "ATM"],
             ["0212", "04/10/2022", "300000", "ATM", "", "0", "-"],
             ["0213", "", "", "", "", "", ""]]  # fmt: skip
    report, payments = loaded(PAID, *lines, table="payments")
    assert counts(report) == (3, 1, 3, 0, 0, 1)
    assert [(p["paid_at"], p["amount"], p["channel"], p["source_row"]) for p in payments] == [
        (dt.datetime(2022, 10, 3), 200_000, "Indomaret", 2),
        (dt.datetime(2022, 10, 8), 100_000, "ATM", 2),
        (dt.datetime(2022, 10, 4), 300_000, "ATM", 3),
    ]
    assert issue(report, "NO_PAYMENT").count == 1


def test_a_total_of_wide_payments_is_compared_column_by_column(loaded):
    lines = [["0211", "03/10/2022", "200", "ATM", "08/10/2022", "100", "ATM"],
             ["0212", "03/10/2022", "200", "ATM", "", "", ""],
             ["Total", "", "400", "", "", "150", ""]]  # fmt: skip
    report, payments = loaded(PAID, *lines, table="payments")
    assert [(count.totals, count.loaded) for count in report.counts] == [(1, 3)]
    assert issue(report, "TOTAL_MISMATCH").row == 4
    assert len(payments) == 3
