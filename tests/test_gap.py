"""Why the target was missed: the command, its parts against the KPIs, its guards and refusals."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from fractions import Fraction

import pytest

from caringmon.answers import GapQuery, KpiQuery, gap, kpi
from caringmon.cli import main
from caringmon.model.gap import FACTORS, GUARDS
from caringmon.report.gap_text import gap_lines
from caringmon.report.wording import catalogue
from tests import golden
from tests.funnels import permuted_parts
from tests.gaps import call, days, explain, held, member, target
from tests.tiny import at, date, fact_table

BEFORE = dt.datetime(2022, 10, 19, 8)
ASKED = ["--segment", "CT0", "--from", "2022-10-01", "--to", "2022-10-18", "--as-of", "2022-10-19T08:00"]
ALL_FACTORS = [*FACTORS, "target_above_reference"]


def printed(capsys, workspace, *words: str) -> str:
    assert main(["gap", "--workspace", str(workspace), *ASKED, *words]) == 0
    return capsys.readouterr().out


def answer_of(capsys, workspace, *words: str) -> dict:
    return json.loads(printed(capsys, workspace, *words, "--format", "json"))


def kpi_of(workspace, name: str, first: str, last: str, **more: object) -> float:
    query = KpiQuery("CT0", date(first), date(last), kpis=(name,), as_of=BEFORE, **more)
    return float(kpi(query, workspace).loc[0, "value"])


def test_the_gap_is_that_of_the_kpis_and_every_level_sums_to_it(demo_workspace, capsys):
    answer = answer_of(capsys, demo_workspace, "--level", "agent")
    assert list(answer) == ["gap", "target", "actual", "reference", "parts", "guards"]
    assert answer["gap"] == pytest.approx(kpi_of(demo_workspace, "K20", "2022-10-01", "2022-10-18"))
    assert answer["actual"] == kpi_of(demo_workspace, "K17", "2022-10-01", "2022-10-18")
    assert answer["target"] == pytest.approx(kpi_of(demo_workspace, "target", "2022-10-01", "2022-10-18"))
    assert answer["reference"] == kpi_of(demo_workspace, "K17", "2022-09-01", "2022-09-16")
    sums: dict[str, float] = {}
    for part in answer["parts"]:
        assert list(part) == ["level", "entity", "factor", "part", "low", "high"]
        assert (part["low"] is None) == (part["high"] is None) == (part["level"] == "agent")
        sums[part["level"]] = sums.get(part["level"], 0) + part["part"]
    assert sums == pytest.approx(dict.fromkeys(["site", "spv", "tl", "agent"], answer["gap"]), rel=1e-9)
    site = [part for part in answer["parts"] if part["level"] == "site"]
    assert [(part["entity"], part["factor"]) for part in site] == [("SITE", factor) for factor in ALL_FACTORS]


@pytest.mark.parametrize(("reference", "basis"), [("last_month", "valid"), ("baseline", "gross"), ("plan", "valid")])
def test_each_reference_and_basis_explains_the_same_actual(demo_workspace, reference, basis):
    query = GapQuery("CT0", date("2022-10-03"), date("2022-10-08"), "witel", reference, BEFORE, basis)
    found = gap(query, demo_workspace).found
    name = {"net": "K17", "valid": "K18", "gross": "K13"}[basis]
    assert found.actual == kpi_of(demo_workspace, name, "2022-10-03", "2022-10-08")
    sums = found.parts.groupby("level")["part"].sum()
    assert dict(sums) == pytest.approx({"site": found.gap, "witel": found.gap}, rel=1e-9)
    assert (abs(found.parts["shown"] - found.parts["part"]) < 1).all()


def test_of_a_baseline_the_average_day_is_the_reference(demo_workspace, capsys):
    answer = answer_of(capsys, demo_workspace, "--level", "site", "--reference", "baseline")
    # 20 working days before 1 October: 8 to 30 September; 14 of the window.
    twenty = kpi_of(demo_workspace, "K17", "2022-09-08", "2022-09-30")
    assert answer["reference"] == pytest.approx(14 * twenty / 20)
    assert "UNEQUAL_WINDOWS" in [guard["code"] for guard in answer["guards"]]


def test_the_same_question_has_the_same_answer_and_formats_agree(demo_workspace, capsys):
    first = printed(capsys, demo_workspace, "--level", "tl", "--format", "csv")
    assert first == printed(capsys, demo_workspace, "--level", "tl", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(first)))
    answer = answer_of(capsys, demo_workspace, "--level", "tl")
    assert [float(row["part"]) for row in rows] == [part["part"] for part in answer["parts"]]
    table = printed(capsys, demo_workspace, "--level", "tl")
    assert table.startswith("actual ")
    assert all(guard["text"] in table for guard in answer["guards"])


def test_the_seed_of_the_settings_draws_other_intervals_of_the_same_parts(demo_workspace, tmp_path, capsys):
    copy = tmp_path / "workspace"
    shutil.copytree(demo_workspace, copy, ignore=shutil.ignore_patterns("outputs", "inbox", "raw", "identity"))
    (copy / "params" / "settings.yml").write_text("stats: {seed: 1}\n", encoding="utf-8")
    one, other = (answer_of(capsys, folder, "--level", "site")["parts"] for folder in (demo_workspace, copy))
    assert [part["part"] for part in one] == [part["part"] for part in other]
    assert [part["low"] for part in one] != [part["low"] for part in other]


@pytest.mark.parametrize(("change", "code", "said"), [
    (["--segment", "ALL"], 2, "unknown word 'ALL'"),
    (["--level", "team"], 2, "unknown word 'team'"),
    (["--from", "2022-10-19"], 2, "lies after"),
    (["--reference", "plan", "--from", "2022-09-20"], 2, "a plan is that of one month"),
    (["--from", "2022-09-01", "--to", "2022-09-30"], 3, "no loaded file covers calls"),
])  # fmt: skip
def test_a_question_without_an_answer_is_refused_in_a_line(demo_workspace, capsys, change, code, said):
    assert main(["gap", "--workspace", str(demo_workspace), *ASKED, "--level", "site", *change]) == code
    assert said in capsys.readouterr().err


def test_one_agent_against_the_plan_has_the_parts_of_the_definition(connection):
    tables = golden.tables()
    merged = {}
    for name in ("calls", "assignments"):
        column = tables[name].schema.get_field_index("agent_id")
        merged[name] = tables[name].set_column(column, "agent_id", [["A1"] * tables[name].num_rows])
    plan = {"assigned": 12, "penetration": 1, "contact_rate": 0.75, "rpc_rate": 0.75, "agree_rate": 0.5,
            "valid_share": 1}  # fmt: skip
    rows = [target(value, metric) for metric, value in plan.items()]
    found = explain(connection, {**tables, **merged, "targets": fact_table("targets", rows)}, at("31", "23:59"),
                    reference="plan").found  # fmt: skip
    actual = [Fraction(n) for n in ("10", "9/10", "8/9", "6/8", "5/6", "3/5")]
    then = [Fraction(str(value)) for value in plan.values()]
    parts = [float(part) for part in permuted_parts(then, actual)]
    assert found.of_site() == pytest.approx([parts[0], 0, *parts[1:]])
    assert (found.actual, found.reference, found.gap) == (3, pytest.approx(3.375), pytest.approx(-0.375))


CALLS = [call("1", "A1", "03"), call("2", "A1", "04", "C02"), call("3", "A2", "05"), call("3", "A2", "06")]
HELD = [held(service, agent) for service, agent in (("1", "A1"), ("2", "A1"), ("3", "A2"), ("4", "A2"))]
ROSTER = [member("A1", "TL1"), member("A2", "TL2")]


def small(*more_calls, targets=()):
    return {"calls": fact_table("calls", [*CALLS, *more_calls]), "assignments": fact_table("assignments", HELD),
            "roster": fact_table("roster", ROSTER), "targets": fact_table("targets", list(targets))}  # fmt: skip


def guards(found):
    return {guard.code: dict(guard.numbers) for guard in found.found.guards}


def test_without_a_target_the_gap_is_that_to_the_reference(connection):
    found = explain(connection, small(), at("31", "23:59"), level="tl").found
    assert (found.gap, found.actual, found.reference) == (2, 2, 0)
    assert set(found.parts["factor"]) == set(FACTORS)
    # Nothing was there in September: all of it is volume.
    assert found.of_site() == [2, 0, 0, 0, 0, 0, 0]


def test_children_with_targets_of_their_own_carry_what_lies_between(connection):
    own = [target(10), target(7, level="TL", entity="TL1"), target(3, level="TL", entity="TL2")]
    found = explain(connection, small(targets=own), at("31", "23:59"), level="tl").found
    above = found.parts[found.parts["factor"] == "target_above_reference"].set_index("entity")["part"]
    assert dict(above) == {"SITE": -10, "TL1": -7, "TL2": -3, "TIDAK TERPETAKAN": -10}


def test_guards_say_what_the_parts_do_not(connection):
    outside = call("9", "A1", "06", "R03")
    twice = call("2", "A2", "07", "U01")
    found = explain(connection, small(outside, twice), at("07", "10:20"), days("2022-10-01", "2022-10-10"))
    told = guards(found)
    assert told["DUPLICATE_CALLS"] == {"calls": 1}
    assert told["CALLS_OUTSIDE_LIST"] == {"units": 1, "agrees": 0, "before": 0}
    assert told["NON_ADDITIVE_METRIC"] == {"units": 1}
    # The 7th is under way and the 10th has not begun; the 8th is free.
    assert told["INCOMPLETE_DAY"] == {"days": 2}
    assert told["FEW_DAYS"]["days"] < 10


def test_near_gaps_and_offsetting_parts_are_said(connection):
    close = [target(2.4), target(2.4, level="TL", entity="TL1")]
    assert "GAP_NEAR_ZERO" in guards(explain(connection, small(targets=close), at("31", "23:59")))
    assert "GAP_NEAR_ZERO" not in guards(explain(connection, small(targets=[target(20)]), at("31", "23:59")))
    offset = guards(explain(connection, small(targets=[target(4)]), at("31", "23:59")))
    assert offset["OFFSETTING_PARTS"] == {"up": 2, "down": 4}


def test_targets_that_do_not_add_up_are_said(connection):
    own = [target(10), target(7, level="TL", entity="TL1"), target(5, level="TL", entity="TL2")]
    found = explain(connection, small(targets=own), at("31", "23:59"), level="tl")
    assert "SHARES_DISAGREE" in guards(found)
    assert found.found.parts.groupby("level")["part"].sum().to_dict() == pytest.approx(
        dict.fromkeys(["site", "spv", "tl"], -8.0)
    )


def test_verdicts_that_are_outstanding_here_and_given_there_are_said(connection):
    september = {"called_at": dt.datetime(2022, 9, 5, 9), "attempt_id": "s"}
    before = {**HELD[0], "period": "2022-09", "service_no": "7", "received_at": dt.datetime(2022, 9, 1, 8),
              "valid_from": date("2022-09-01")}  # fmt: skip
    tap = {"validation_id": "t", "attempt_id": "s", "service_no": "7", "tapped_at": dt.datetime(2022, 9, 6, 9),
           "status": "VALID", "qco_id": "Q"}  # fmt: skip
    tables = small({**call("7", "A1", "05"), **september})
    tables |= {"assignments": fact_table("assignments", [*HELD, before]), "qc": fact_table("qc", [tap])}
    told = guards(explain(connection, tables, at("31", "23:59")))
    assert told["VERDICTS_OUTSTANDING"] == {"share": 1, "share_before": 0}
    assert "VERDICTS_OUTSTANDING" not in guards(explain(connection, tables, at("31", "23:59"), basis="gross"))


def test_what_a_factor_would_bring_back_is_counted_anew_and_jointly(connection):
    plan = {"assigned": 4, "penetration": 1, "contact_rate": 1, "rpc_rate": 1, "agree_rate": 1, "valid_share": 1}
    rows = [target(value, metric) for metric, value in plan.items()]
    found = explain(connection, small(targets=rows), at("31", "23:59"), level="agent", reference="plan")
    # A1: two held, both worked and contacted, one reached and agreed. A2: two held, one worked to an agree.
    assert found.recoverable(["penetration"]) == 1
    assert found.recoverable(["rpc"]) == 1
    assert found.recoverable(["penetration", "rpc"]) == 2
    assert found.recoverable(["rpc"], "agent", "A2") == 0
    assert found.recoverable(["penetration"], "tl", "TL2") == 1


def test_by_day_the_gap_is_the_same_and_so_are_its_sums(connection):
    whole = explain(connection, small(targets=[target(20)]), at("31", "23:59"), level="tl").found
    daily = explain(connection, small(targets=[target(20)]), at("31", "23:59"), level="tl", grain="service_day").found
    assert (daily.gap, daily.actual) == (whole.gap, whole.actual)
    assert daily.parts.groupby("level")["part"].sum().to_dict() == pytest.approx(
        dict.fromkeys(["site", "spv", "tl"], daily.gap)
    )


def test_every_guard_and_note_has_a_sentence_in_both_languages(connection):
    for lang in ("id", "en"):
        known = {key.removeprefix("guard.") for key in catalogue(lang) if key.startswith("guard.")}
        assert known == set(GUARDS)
        assert {f"factor.{factor}" for factor in ALL_FACTORS} <= catalogue(lang).keys()
    text = gap_lines(explain(connection, small(targets=[target(20)]), at("31", "23:59"), level="agent").found)
    assert "A1" in text
    assert "indicative" in text
