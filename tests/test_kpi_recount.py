"""The demo's KPIs against a second count in plain Python that shares no code with the first."""

from __future__ import annotations

import datetime as dt
import math
import shutil

import pytest

from caringmon.answers import KpiQuery, kpi
from caringmon.intake.pseudonyms import pseudonym_key
from caringmon.model.kpi import CATALOGUE
from caringmon.model.tables import TABLES
from caringmon.pipeline import ingest
from caringmon.store import facts
from tests.recount_inbox import extra_files
from tests.recounted import FORMULAS, Recount, files
from tests.tiny import date

BEFORE, AFTER = dt.datetime(2022, 10, 19, 8), dt.datetime(2022, 11, 5, 18)
QUESTIONS = [
    ("CT0", "site", "2022-10-18", "2022-10-18", BEFORE, "net"),
    ("PRANPC", "agent", "2022-10-01", "2022-10-18", BEFORE, "net"),
    ("CT0", "tl", "2022-10-10", "2022-10-18", BEFORE, "gross"),
    ("PRANPC", "spv", "2022-10-01", "2022-10-31", AFTER, "valid"),
    ("ALL", "witel", "2022-10-01", "2022-10-31", AFTER, "net"),
    ("ALL", "agent", "2022-09-15", "2022-10-20", AFTER, "net"),
    ("ALL", "site", "2022-09-01", "2022-09-30", AFTER, "net"),
    ("PRANPC", "site", "2022-10-01", "2022-10-31", AFTER, "restated"),
]
TOLD = ("calls", "assignments", "qc", "qc_states", "payments", "roster", "targets", "attendance")


@pytest.fixture(scope="module")
def workspace(demo_workspace, tmp_path_factory):
    """Return a copy of the demo with the extra files loaded."""
    folder = tmp_path_factory.mktemp("recount") / "demo"
    shutil.copytree(demo_workspace, folder, ignore=shutil.ignore_patterns("outputs", "inbox", "raw"))
    new = folder / "inbox"
    new.mkdir()
    for name, content in extra_files(demo_workspace / "inbox").items():
        (new / name).write_bytes(content)
    assert all(not report.refused for report in ingest(folder, None, key=pseudonym_key({})))
    return folder


@pytest.fixture(scope="module")
def rows(workspace):
    with facts.connection() as con:
        loads = facts.read_loads(workspace)
        return {name: facts.current_rows(con, workspace, TABLES[name], loads).to_pyarrow().to_pylist() for name in TOLD}


@pytest.fixture(scope="module")
def recounts(rows):
    """Return a recount per clock, month of the window's last day, and whether it is restated, made once."""
    made = {}

    def of(clock, last, restated=False):
        key = (clock, f"{last:%Y-%m}", restated)
        if key not in made:
            made[key] = Recount(rows, clock, last, restated)
        return made[key]

    return of


def values(query, workspace):
    """Return the values by entity and KPI; not available: None."""
    answer = kpi(query, workspace)
    return {(row.entity, row.kpi): None if math.isnan(row.value) else row.value for row in answer.itertuples()}


@pytest.mark.parametrize(("segment", "level", "first", "last", "clock", "basis"), QUESTIONS)
def test_two_counts_of_the_demo_agree(workspace, recounts, segment, level, first, last, clock, basis):
    days, restated = (date(first), date(last)), basis == "restated"
    basis = "net" if restated else basis
    found = values(KpiQuery(segment, *days, level, tuple(FORMULAS), clock, basis, restated), workspace)
    expected = recounts(clock, days[1], restated).kpis(segment, level, *days, basis)
    # Who has no event has 0, no value, or no row.
    both = {
        key for key in found.keys() | expected.keys() if key[1] in FORMULAS and (found.get(key) or expected.get(key))
    }
    both |= found.keys() & expected.keys()
    assert {key: found.get(key) for key in both} == pytest.approx({key: expected.get(key) for key in both}, abs=1e-9)


def test_two_counts_of_what_became_known_after_the_cut_off_agree(workspace, recounts):
    october, november = (date("2022-10-01"), date("2022-10-31")), (date("2022-11-01"), date("2022-11-05"))
    found = values(KpiQuery("ALL", *november, "tl", ("K17", "K18"), AFTER), workspace)
    reported, restated = (recounts(AFTER, october[1], r).kpis("ALL", "tl", *october) for r in (False, True))
    changed = {key: value - reported[key] for key, value in restated.items() if key[1] in ("K17", "K18")}
    moved = {key: change for key, change in changed.items() if change}
    assert sum(abs(change) for change in moved.values()) == 4
    assert moved == {
        (e, k.removesuffix(".correction")): v for (e, k), v in found.items() if k.endswith("correction") and v
    }


@pytest.mark.parametrize(
    ("segment", "first", "last"), [("CT0", "2022-10-01", "2022-10-18"), ("ALL", "2022-10-25", "2022-11-05")]
)
def test_two_counts_of_the_files_received_agree(workspace, rows, segment, first, last):
    days = (date(first), date(last))
    answer = kpi(KpiQuery(segment, *days, "site", ("K56",), AFTER), workspace)
    assert answer["value"].item() == pytest.approx(files(rows, facts.read_loads(workspace), segment, *days, AFTER))


def test_every_kpi_that_is_counted_is_counted_twice():
    elsewhere = {"K48", "K51", "K52", "K53", "K54", "K56"}
    corrections = {f"{kpi}.{part}" for kpi in ("K17", "K18") for part in ("correction", "corrected")}
    beside_net = {"pending", "return_open", "not_valid", "lapsed"}
    counted = {kpi for kpi in CATALOGUE if kpi.startswith("K")} | beside_net
    assert counted - elsewhere - corrections == set(FORMULAS)
