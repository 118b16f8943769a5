"""KPIs of the golden dataset against the numbers of its table, and the edges of the counts."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pyarrow as pa
import pytest

from caringmon.analysis.snapshot import Scope, open_facts, snapshot
from caringmon.analysis.targets import Progress
from caringmon.model.findings import Clocks
from caringmon.model.kpi import COUNTED as CATALOGUE
from caringmon.model.kpi import DAILY
from caringmon.model.period import Period, Window
from tests import golden
from tests.tiny import OCTOBER, at, date, fact_table

COUNTED = tuple(kpi.id for kpi in CATALOGUE if kpi.id in DAILY)
WINDOW = Window("w", Period(date("2022-10-01"), date("2022-10-20")))


def scope(segments=("CT0",), absent=(), missing=()) -> Scope:
    return Scope(OCTOBER, tuple(segments), "net", frozenset(absent), frozenset(missing), 3, dt.time(17), 2)


def values_of(con, tables, windows=(WINDOW,), clock=golden.CLOCK, **scoped) -> dict[tuple[str, str, str], float]:
    at = snapshot(open_facts(con, tables), scope(**scoped), Clocks(clock, clock), Progress(OCTOBER, clock.date()))
    found = pd.concat([at.values(level, list(windows), COUNTED) for level in ("site", "tl")])
    keys = zip(found["window"], found["entity"], found["kpi"], strict=True)
    return dict(zip(keys, found["value"], strict=True))


GOLDEN = {
    "K01": 10, "K03": 9, "K04": 0.90, "K05": 12, "K06": 12 / 9, "K08": 10 / 12, "K09": 8 / 9, "K10": 10 / 12,
    "K11": 6 / 8, "K13": 5, "K14": 5 / 6, "K15": 5 / 8, "K16": 0.50, "K17": 3, "K18": 2, "pending": 1,
    "return_open": 1, "not_valid": 1, "lapsed": 0,
}  # fmt: skip


def test_the_golden_dataset_gives_every_number_of_its_table(connection):
    values = values_of(connection, golden.tables())
    assert {kpi: values["w", "", kpi] for kpi in GOLDEN} == pytest.approx(GOLDEN, abs=1e-12)


def test_a_team_that_is_the_whole_site_has_the_values_of_the_site(connection):
    values = values_of(connection, golden.tables())
    assert {kpi: values["w", "TL01", kpi] for kpi in GOLDEN} == pytest.approx(GOLDEN, abs=1e-12)


def test_the_order_of_the_rows_does_not_matter(connection):
    tables = golden.tables()
    reversed_rows = {name: table.take(pa.array(range(len(table))[::-1], pa.int64())) for name, table in tables.items()}
    assert values_of(connection, reversed_rows)["w", "", "K17"] == GOLDEN["K17"]


def test_days_of_claims_add_up_to_their_month(connection):
    days = [Window(f"d{day}", Period.day(day)) for day in WINDOW.period.days]
    values = values_of(connection, golden.tables(), windows=[WINDOW, *days])
    for kpi in ("K05", "K13", "K17", "K18"):
        assert sum(values[day.name, "", kpi] for day in days) == values["w", "", kpi]


def test_each_agree_counts_for_the_team_of_its_day(connection):
    tables = golden.tables()
    moved = [
        {"person_id": "A1", "role": "AGENT", "reports_to": "TL01", "valid_from": date("2022-01-01")},
        {"person_id": "A2", "role": "AGENT", "reports_to": "TL01", "valid_from": date("2022-01-01"),
         "valid_to": date("2022-10-12")},
        {"person_id": "A2", "role": "AGENT", "reports_to": "TL02", "valid_from": date("2022-10-12")},
    ]  # fmt: skip
    values = values_of(connection, {**tables, "roster": fact_table("roster", moved)})
    # A2 agreed on services 06 and 08 before the move, on 05 after it; 06 is not valid, 08 returned.
    assert (values["w", "TL01", "K13"], values["w", "TL02", "K13"]) == (4, 1)
    assert (values["w", "TL01", "K17"], values["w", "TL02", "K17"]) == (2, 1)
    # After the move TL02 holds all that A2 held: 06-10 and 05.
    assert (values["w", "TL01", "K01"], values["w", "TL02", "K01"]) == (10, 6)


def test_a_caller_outside_the_roster_is_counted_as_unmapped_and_in_the_site(connection):
    tables = {**golden.tables(), "roster": fact_table("roster", [])}
    values = values_of(connection, tables)
    assert values["w", "TIDAK TERPETAKAN", "K17"] == values["w", "", "K17"] == 3


def test_a_call_without_an_assignment_is_worked_but_in_no_list(connection):
    tables = golden.tables()
    extra = fact_table("calls", [{"attempt_id": "x", "called_at": at("07"), "agent_id": "A1", "service_no": "SVC99",
                                  "segment": "CT0", "result_code": "U01", "channel": "VOICE"}])  # fmt: skip
    both = pd.concat([tables["calls"].to_pandas(), extra.to_pandas()])
    rows = [{k: (None if v is pd.NaT or v != v else v) for k, v in row.items()} for row in both.to_dict("records")]
    values = values_of(connection, {**tables, "calls": fact_table("calls", rows)})
    assert (values["w", "", "K03"], values["w", "", "K01"], values["w", "", "K04"]) == (10, 10, 0.90)


def test_a_service_closed_before_its_first_possible_dial_is_assigned_but_in_no_list(connection):
    # Received on the holiday Saturday 8 October and closed on Monday: open on two days without a possible dial.
    held = [
        {"period": "2022-10", "segment": "CT0", "service_no": name, "agent_id": "A1", "arrears_amount": 1,
         "received_at": at("08"), "valid_from": date("2022-10-08"), "valid_to": end}
        for name, end in (("S1", date("2022-10-10")), ("S2", date("2022-10-11")), ("S3", None))
    ]  # fmt: skip
    tables = {**golden.tables(), "assignments": fact_table("assignments", held)}
    values = values_of(connection, tables)
    assert (values["w", "", "K01"], values["w", "", "K16"]) == (3, 5 / 2)


def test_a_rate_without_a_denominator_is_not_available_and_says_why(connection):
    empty = Window("e", Period.day(date("2022-10-02")))
    clocks, progress = Clocks(golden.CLOCK, golden.CLOCK), Progress(OCTOBER, golden.CLOCK.date())
    found = snapshot(open_facts(connection, golden.tables()), scope(), clocks, progress).values(
        "site", [empty], COUNTED
    )
    row = found[found["kpi"] == "K09"].iloc[0]
    assert math.isnan(row["value"])
    assert row["note"] == "zero_denominator"


def test_what_the_files_lack_by_design_is_not_available_for_that_reason(connection):
    clocks, progress = Clocks(golden.CLOCK, golden.CLOCK), Progress(OCTOBER, golden.CLOCK.date())
    at = snapshot(open_facts(connection, golden.tables()), scope(absent=("contact", "roster")), clocks, progress)
    found = pd.concat([at.values(level, [WINDOW], COUNTED) for level in ("site", "tl")])
    notes = dict(zip(found["kpi"], found["note"], strict=True))
    assert (notes["K09"], notes["K10"], notes["K14"]) == ("absent:contact", "absent:contact", "")
    assert set(found["entity"]) == {""}


def test_written_messages_are_no_dials(connection):
    tables = golden.tables()
    written = tables["calls"].set_column(
        tables["calls"].schema.get_field_index("channel"), "channel", [["WA"] * len(tables["calls"])]
    )
    values = values_of(connection, {**tables, "calls": written})
    assert values["w", "", "K05"] == 0


def test_what_a_person_holds_outside_the_roster_is_unmapped_and_nothing_vanishes(connection):
    # A2 is in the roster up to 11 October; services 06-10 are his before, and nobody's afterwards, as 05 is.
    roster = [
        {"person_id": "A1", "role": "AGENT", "reports_to": "TL01", "valid_from": date("2022-01-01")},
        {"person_id": "A2", "role": "AGENT", "reports_to": "TL01", "valid_from": date("2022-10-03"),
         "valid_to": date("2022-10-12")},
    ]  # fmt: skip
    day = Window("late", Period.day(date("2022-10-18")))
    early = Window("early", Period.day(date("2022-10-01")))
    tables = {**golden.tables(), "roster": fact_table("roster", roster)}
    values = values_of(connection, tables, windows=[early, day])
    assert (values["late", "TL01", "K01"], values["late", "TIDAK TERPETAKAN", "K01"]) == (4, 6)
    assert (values["early", "TL01", "K01"], values["early", "TIDAK TERPETAKAN", "K01"]) == (5, 5)
