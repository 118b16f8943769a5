"""What later exports changed."""

from __future__ import annotations

import pytest

from caringmon.store import facts
from caringmon.store.changes import export_changes
from tests.exports import load, new_workspace, stored, tamara_csv

LATE = {"id": "9", "tgl": "05/10/2022 08:00:00"}


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def found(workspace, files):
    load(workspace, files)
    with facts.connection() as con:
        issues = export_changes(con, workspace, facts.read_loads(workspace))
    return [(issue.code, issue.file, issue.count, issue.detail) for issue in issues]


def test_one_call_in_five_files_is_one_row_and_its_changes_are_counted_per_column(workspace):
    durations = ["00:02:31", "00:02:31", "00:03:00", "00:03:00", "00:04:00"]
    files = {f"Data 2022-10-0{n}.csv": tamara_csv({"durasi": text}) for n, text in enumerate(durations, 3)}
    assert found(workspace, files) == [
        ("VALUES_CHANGED", "Data 2022-10-05.csv", 1, "talk_sec"),
        ("VALUES_CHANGED", "Data 2022-10-07.csv", 1, "talk_sec"),
    ]


def test_a_call_that_a_newer_export_of_its_days_lacks_is_kept_and_counted(workspace):
    files = {"Data 2022-10-04.csv": tamara_csv({}, {"id": "8"}), "Data 2022-10-05.csv": tamara_csv({}, LATE)}
    assert found(workspace, files) == [("ROW_VANISHED", "Data 2022-10-05.csv", 1, "")]
    assert {row["attempt_id"] for row in stored(workspace, "calls")} == {"7001", "8", "9"}


def test_exports_of_other_areas_and_other_days_do_not_miss_each_others_rows(workspace):
    files = {
        "Semarang 2022-10-03.csv": tamara_csv({}),
        "Solo 2022-10-04.csv": tamara_csv({"id": "8"}),
        "Semarang 2022-10-05.csv": tamara_csv(LATE),
    }
    assert found(workspace, files) == []


def test_what_changed_does_not_depend_on_the_order_of_loading(workspace):
    newer = {"Data 2022-10-05.csv": tamara_csv({"durasi": "00:09:00"}, LATE)}
    load(workspace, newer)
    assert found(workspace, {"Data 2022-10-04.csv": tamara_csv({}, {"id": "8"})}) == [
        ("VALUES_CHANGED", "Data 2022-10-05.csv", 1, "talk_sec"),
        ("ROW_VANISHED", "Data 2022-10-05.csv", 1, ""),
    ]
