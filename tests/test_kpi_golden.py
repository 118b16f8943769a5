"""The golden dataset of the procedure against every number of its table, at every level."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from tests import golden
from tests.asked import ask, site
from tests.tiny import date

TO_THE_19TH = (date("2022-10-01"), date("2022-10-19"))
EXPECTED = {
    "K01": 10, "K02": 2_700_000, "K03": 9, "K04": 0.90, "K05": 12, "K06": 12 / 9, "K07": 1, "K07.0-1": 0, "K07.2-3": 0,
    "K07.4-7": 0, "K07.>7": 1, "K08": 10 / 12, "K09": 8 / 9, "K10": 10 / 12, "K11": 6 / 8, "K12": 2 / 9, "K13": 5,
    "K14": 5 / 6, "K15": 5 / 8, "K16": 0.50, "K17": 3, "K18": 2, "pending": 1, "K27": 3, "K28": 1 / 3,
    "K28.incl_late": 1 / 3, "K29.partial": 1 / 3, "K29": 1 / 3, "K29.late": 0, "K28.by_amount": 500_000 / 950_000,
    "K30": 950_000, "K31": 500_000, "K31.late": 0, "K32": 500_000 / 2_700_000, "K33": 1 / 10, "K35": 4 / 5,
    "K36": 2 / 3, "K37": 2 / 4, "K38": 1 / 4, "K39": 1, "K40": 9, "K40.>3": 1, "K44": 3 / 15, "K45": 5.0, "K49": 1 / 5,
}  # fmt: skip


@pytest.fixture
def golden_answer(connection):
    def answer(days=TO_THE_19TH, **asked):
        return ask(connection, golden.tables(), golden.CLOCK, days=days, **asked)

    return answer


def test_the_site_has_every_number_of_the_table(golden_answer):
    answer = golden_answer()
    found = site(answer)
    assert {kpi: found[kpi] for kpi in EXPECTED} == pytest.approx(EXPECTED, abs=1e-12)
    assert answer["SITE", "K13"][1] == "duplicates:1"
    assert answer["SITE", "K17"][1] == "pending:1"


def test_a_month_restated_before_its_cut_off_is_as_reported(golden_answer):
    restated = site(golden_answer(restated=True))
    assert {kpi: restated[kpi] for kpi in EXPECTED} == pytest.approx(EXPECTED, abs=1e-12)


def test_agents_count_what_they_dialled_were_credited_with_and_held(golden_answer):
    found = golden_answer(level="agent")
    of = {kpi: (found["A1", kpi][0], found["A2", kpi][0]) for kpi in ("K01", "K02", "K13", "K17", "K05", "K31")}
    # Service 05 moved on the 12th: both held it, 11 in all where the site holds 10.
    assert of == {
        "K01": (5, 6), "K02": (1_450_000, 1_500_000), "K13": (2, 3), "K17": (2, 1), "K05": (7, 5), "K31": (500_000, 0),
    }  # fmt: skip


def test_of_a_holder_only_payments_dated_while_he_held_the_service_count(golden_answer):
    found = golden_answer(level="agent", kpis=("K32",))
    assert found["A1", "K32"][0] == 500_000 / 1_450_000
    assert found["A2", "K32"][0] == 0


def test_both_segments_together_are_the_rows_of_both(golden_answer):
    # There is one segment here: its distinct services, claims and payments are those of ALL.
    together = site(golden_answer(segment="ALL"))
    assert {kpi: together[kpi] for kpi in EXPECTED} == pytest.approx(EXPECTED, abs=1e-12)


def test_the_order_of_rows_and_the_zone_of_the_session_change_nothing(connection):
    tables = golden.tables()
    mixed = {name: table.take(pa.array(range(len(table))[::-1], pa.int64())) for name, table in tables.items()}
    connection.raw_sql("SET TimeZone = 'America/St_Johns'")
    found = site(ask(connection, mixed, golden.CLOCK, days=TO_THE_19TH))
    assert {kpi: found[kpi] for kpi in EXPECTED} == pytest.approx(EXPECTED, abs=1e-12)


def test_days_of_events_and_claims_add_up_to_their_month(golden_answer):
    kpis = ("K05", "K13", "K17", "K18", "K30", "K31")
    # All calls, agrees and payments lie between the 3rd and the 13th.
    days = [date("2022-10-03") + dt.timedelta(days=i) for i in range(11)]
    each = [site(golden_answer(kpis=kpis, days=(day, day))) for day in days]
    assert {kpi: sum(day[kpi] for day in each) for kpi in kpis} == site(golden_answer(kpis=kpis))
