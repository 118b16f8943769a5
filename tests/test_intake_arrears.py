"""Unpaid bills: counted in columns of bills, turned into a segment, compared with the one that a file names."""

from __future__ import annotations

import pytest

from caringmon.errors import ParameterError
from caringmon.intake.arrears import bill_of, unpaid_in_a_row
from caringmon.intake.sheets import RawColumn
from caringmon.model.buckets import read_buckets
from caringmon.model.codes import Severity
from caringmon.params import read_yaml_as_text
from caringmon.shipped import params_folder
from tests.exports import codes, issue, load, new_workspace, stored, text_file

SHIPPED = read_yaml_as_text(params_folder() / "buckets.yml")
HEADERS = ["Periode", "SND", "TOTAL TAGIHAN", "PETUGAS", "Tgl Order"]
LINE = ["2022-10", "0211", "Rp 1.250.000", "A01", "01/10/2022"]


@pytest.fixture
def loaded(tmp_path):
    workspace = new_workspace(tmp_path)

    def of(headers, *lines):
        rows = ([LINE[0], f"021{number}", *LINE[2:], *line] for number, line in enumerate(lines))
        report = load(workspace, {"order.csv": text_file([*HEADERS, *headers], *rows)})
        rows = stored(workspace, "assignments")
        return report["order.csv"], [(row["unpaid_bills"], row["segment"]) for row in rows]

    return of


@pytest.mark.parametrize(
    ("header", "bill"),
    [("bill n0", "n0"), ("bill n12", "n12"), ("billing okt 22", "2022-10"), ("billing september 2022", "2022-09"),
     ("billing", ""), ("bill category", ""), ("billing xyz 22", "")],
)  # fmt: skip
def test_a_header_tells_whose_bill_its_column_holds(header, bill):
    assert bill_of(header) == bill


@pytest.mark.parametrize(
    ("bills", "count"),
    [
        (("150000", "150.000", "UNPAID"), 3),
        (("150000", "PAID", "150000"), 1),
        (("0", "150000", "150000"), 0),
        (("150000", "", "150000"), 1),
        (("BELUM BAYAR", "Belum Bayar", "LUNAS"), 2),
        (("150000", "-", "#N/A"), 1),
    ],
)
def test_bills_are_counted_back_from_the_running_month_until_one_is_paid(bills, count):
    columns = {f"n{number}": RawColumn.of([bill]) for number, bill in enumerate(bills)}
    counted, unreadable = unpaid_in_a_row(columns, None, 1)
    assert (counted.to_pylist(), unreadable.tolist()) == ([count], [False])


def test_an_unreadable_bill_inside_the_count_leaves_it_unknown():
    columns = {"n0": RawColumn.of(["1", "0"]), "n1": RawColumn.of(["entah", "entah"])}
    counted, unreadable = unpaid_in_a_row(columns, None, 2)
    assert (counted.to_pylist(), unreadable.tolist()) == ([None, 0], [True, False])


def test_the_segment_follows_from_the_bills_where_the_file_has_none(loaded):
    report, rows = loaded(["Lembar"], ["1"], ["2"], ["3"], ["4"], ["0"], [""])
    assert rows == [(1, "PRANPC"), (2, "PRANPC"), (3, "CT0")]
    (count,) = report.counts
    assert (count.loaded, count.skipped, count.set_aside) == (3, 2, 1)
    assert issue(report, "VALUE_MISSING").detail == "segment"


def test_bills_of_named_months_count_from_the_period_of_the_row(loaded):
    headers = ["Billing Nov 22", "Billing Okt 22", "Billing Sep 22", "Billing Agu 22"]
    report, rows = loaded(headers, ["0", "100", "100", "100"])
    assert rows == [(3, "CT0")]
    assert codes(report) == set()


def test_what_the_buckets_put_outside_is_skipped_and_counted(loaded):
    report, rows = loaded(["bill_n0", "bill_n1", "bill_n2", "bill_n3"], ["1", "1", "1", "1"], ["0", "1", "1", "1"])
    (count,) = report.counts
    assert (count.read, count.loaded, count.skipped) == (2, 0, 2)
    assert (issue(report, "OUT_OF_SCOPE").count, issue(report, "OUT_OF_SCOPE").severity) == (2, Severity.INFO)
    assert rows == []


def test_a_segment_that_contradicts_its_bills_is_kept_and_warned_of(loaded):
    report, rows = loaded(["Layanan", "Lembar"], ["CT-0", "2"])
    assert rows == [(2, "CT0")]
    assert (issue(report, "BUCKET_MISMATCH").severity, issue(report, "BUCKET_MISMATCH").row) == (Severity.WARN, 2)
    report, _ = loaded(["Layanan", "Lembar"], ["CT-0", "3"])
    assert "BUCKET_MISMATCH" not in codes(report)


def test_the_category_of_a_bill_is_a_segment_or_a_known_other_one(loaded):
    report, rows = loaded(["BILL CATEGORY"], ["PRA-NPC"], ["PSB"], ["Pasang Baru"], ["WINBACK"], ["Eksisting"])
    (count,) = report.counts
    assert (count.loaded, count.skipped, count.set_aside) == (1, 4, 0)
    assert issue(report, "OUT_OF_SCOPE").count == 4
    assert [segment for _, segment in rows] == ["PRANPC"]


def test_the_shipped_buckets_are_those_of_the_procedure():
    buckets = read_buckets(SHIPPED, "buckets.yml")
    assert [buckets.of(count) for count in (0, 1, 2, 3, 4, 9)] == [
        None,
        ("N", "PRANPC"),
        ("N+1", "PRANPC"),
        ("N+2", "CT0"),
        ("N+3", "OUT_OF_SCOPE"),
        ("N+3", "OUT_OF_SCOPE"),
    ]
    assert (buckets.due_day, buckets.isolir_day, buckets.ct0_cabut_day, buckets.cleansing.day) == (20, 21, 20, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bucket": {}}, "buckets.yml: bucket: extra inputs are not permitted"),
        ({"due_day": "32"}, "buckets.yml: due_day: input should be less than or equal to 31"),
        ({"buckets": {"1": ["N", "PRANCP"], ">=2": ["N+1", "CT0"]}}, "buckets.yml: buckets.1.1: input should be 'CT0'"),
        (
            {"buckets": {"1": ["N", "PRANPC"], ">=3": ["N+2", "CT0"]}},
            "name the counts in order and without gaps: 1, >=2",
        ),
    ],
)
def test_a_mistake_in_the_buckets_is_named(change, message):
    with pytest.raises(ParameterError) as problem:
        read_buckets({**SHIPPED, **change}, "buckets.yml")
    assert message in str(problem.value)
