"""From the rows of each file to the agrees of the month."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pyarrow as pa

from caringmon.analysis.bridge import bridge, bridge_total, file_counts
from caringmon.model.bridge import FROM_AGREES, FROM_GROSS, FROM_ROWS, STEPS
from caringmon.model.findings import Load
from tests.tiny import at, date, fact_table

FIRST = date("2022-10-01")
A = Load("A", 0, "calls", "", "a.csv", "s", "TAMARA", at("18"), FIRST, date("2022-10-18"), 10, 7, 1)
OLD = dataclasses.replace(A, load_id="O", source_file="old.csv", last_day=date("2022-09-30"), rows_read=3,
                          rows_loaded=3, rows_quarantined=0)  # fmt: skip


def call(number, code="R01", day="05", channel="VOICE", month="2022-10"):
    return {"attempt_id": f"c{number}", "called_at": at(day, year_month=month), "service_no": f"S{number}",
            "segment": "CT0", "result_code": code, "channel": channel}  # fmt: skip


# a.csv: 10 read, 1 set aside, 2 repeated; of the 7 loaded one has a newer version elsewhere and one is of September.
VISIBLE = [call(0, month="2022-09"), call(1), call(2), call(3, "U01"), call(4, "R02", channel="WA"), call(5), call(6)]
ATTRIBUTED = {"c0": "A", "c1": "A", "c2": "A", "c3": "A", "c4": "A", "c5": "A"}


def counts(loads=(A, OLD)):
    visible = fact_table("calls", VISIBLE)
    admitted = fact_table("calls", [row for row in VISIBLE if row["attempt_id"] != "c5"])
    attributed = pa.table({"attempt_id": list(ATTRIBUTED), "load_id": list(ATTRIBUTED.values())})
    return file_counts(attributed, visible, admitted, loads, FIRST)


def test_every_row_of_a_file_is_somewhere_and_the_steps_foot():
    table, origins = counts()
    by_file = {row["file"]: row for row in table.to_dict("records")}
    steps = [by_file["a.csv"][name] for name in ("rows_read", *FROM_ROWS, "agree_rows")]
    assert steps == [10, 1, 2, 1, 1, 1, 1, 1, 2]
    assert steps[0] - sum(steps[1:-1]) == steps[-1]
    assert origins.to_pylist() == [{"attempt_id": "c1", "load_id": "A"}, {"attempt_id": "c2", "load_id": "A"},
                                   {"attempt_id": "c6", "load_id": ""}]  # fmt: skip


def test_rows_that_only_later_exports_brought_are_a_line_without_a_file():
    table, _ = counts()
    assert table.loc[table["file"] == "", ["rows_read", "agree_rows"]].to_numpy().tolist() == [[1, 1]]


def test_files_of_other_months_are_left_out():
    assert list(counts()[0]["file"]) == ["a.csv", ""]


def test_agrees_are_followed_to_net_in_the_file_of_their_opening_call():
    table, origins = counts()
    claims = pd.DataFrame(
        [("c1", None, "NOT_VALID", 1, 0), ("c6", None, "PENDING", 1, 1)],
        columns=["attempt_id", "superseded_by", "qc_state", "counts_gross", "counts_net"],
    )
    lines = bridge(table, origins, claims).set_index("file")
    assert lines.loc["a.csv", ["agree_rows", *FROM_AGREES, "gross", *FROM_GROSS, "net"]].tolist() == [
        2, 1, 0, 1, 1, 0, 0, 0
    ]  # fmt: skip
    assert lines.loc["", ["agree_rows", "gross", "net"]].tolist() == [1, 1, 1]
    assert list(lines.columns) == list(STEPS)
    assert bridge_total(lines.reset_index())["agree_rows"].tolist() == [3]


def test_a_month_without_files_has_a_bridge_without_lines():
    nothing = fact_table("calls", [])
    unknown = pa.schema([("attempt_id", pa.string()), ("load_id", pa.string())]).empty_table()
    table, origins = file_counts(unknown, nothing, nothing, (), FIRST)
    claims = pd.DataFrame(columns=["attempt_id", "superseded_by", "qc_state", "counts_gross", "counts_net"])
    assert bridge(table, origins, claims).empty
