"""Recommendations as a whole: which come, in which order, under which ids, and what people decided about them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random

import pytest

from caringmon.analysis.recommendations import advice_table, due_day, recommendations
from caringmon.analysis.rules.followup import not_followed_up
from caringmon.analysis.rules.guards import WITH_TARGET_MET
from caringmon.analysis.rules.known import Earlier
from caringmon.model.annotations import Annotations, Decision
from caringmon.model.recommendation import Status, rec_id
from caringmon.model.rulebook import Rulebook, read_rulebook
from caringmon.report.advice import advised
from caringmon.report.wording import plain
from tests.advised import AGENTS, DAY, ORDINARY, known
from tests.advised import findings_of as findings
from tests.tiny import OCTOBER

BEHIND = {("K19", "mtd"): (1165, 1456), ("K20", "mtd"): -291, ("K17", "mtd"): 1165}
MET = {("K19", "mtd"): (1500, 1456), ("K20", "mtd"): 44, ("K17", "mtd"): 1500, ("K45", "mtd"): 2680,
       ("K45.high80", "mtd"): 2750}  # fmt: skip
EVERYTHING = {
    ("K07.>7", "mtd"): 200, ("K49", "mtd"): (3, 1600), ("near_limit", "day"): 100,
    ("near_limit_rupiah", "day"): 27_400_000, ("returns_late", "day"): 8, ("K50", "day"): (4, 1800),
    ("K06", "mtd"): (14000, 10000), ("uncontacted", "day"): (4000, 10000), ("K26", "mtd"): (340, 400),
    ("K28", "mtd"): (500, 1000), ("broken_waiting", "day"): (40, 100), ("K37", "mtd"): (160, 1000),
    ("K35", "mtd"): (900, 1000), ("K14", "mtd"): (1280, 4000),
}  # fmt: skip
REC = "REC-CT0-2022-09-ABCDEFGH"


def rules_of(situation):
    return [one.rule_id for _, one in recommendations(situation).recommendations]


def earlier(rule="R04", status=Status.SENT, is_open=True, number=REC):
    return Earlier(number, rule, "CT0", "site", "SITE", "TL", status, dt.date(2022, 10, 25), is_open)


def test_a_missed_target_without_any_signal_asks_for_an_analysis():
    assert rules_of(known()) == ["R30"]


def test_a_target_that_is_not_known_is_neither_missed_nor_met():
    without = {("K19", "mtd"): None, ("K20", "mtd"): None, ("target", "mtd"): None, ("target", "month"): None}
    assert rules_of(known(without)) == []
    assert rules_of(known({**without, ("K07.>7", "mtd"): 200})) == ["R04"]


def test_a_day_on_which_nothing_is_wrong_has_no_recommendation():
    assert rules_of(known(MET)) == []


def test_with_the_target_met_only_compliance_data_outages_and_good_practice_speak():
    assert set(rules_of(known({**EVERYTHING, **MET}, missing=("payments",)))) == {"R15", "R16", "R21", "R28", "R26"}


def test_compliance_stands_first_and_the_rest_by_priority_and_effect():
    situation = known({**EVERYTHING, **BEHIND})
    told = [one for _, one in recommendations(situation).recommendations]
    assert {one.rule_id for one in told[:4]} == {"R15", "R16", "R21", "R28"}
    rest = [(one.priority.value, one.effect.value) for one in told[5:] if one.effect.value == one.effect.value]
    assert rest == sorted(rest, key=lambda pair: (pair[0], -pair[1]))
    assert told[4].rule_id == "R01"  # the gap itself, 291, is larger than any effect


def test_what_would_close_the_whole_gap_says_so_and_the_strongest_stands_first():
    low = {("K28", "mtd"): None, ("K07.>7", "mtd"): 500, ("K14", "mtd"): (1280, 4000)}
    situation = known(low)
    told = [one for _, one in recommendations(situation).recommendations]
    # R10: 8,000 × 0.95 × 0.5 × 0.8 × 0.9 × 0.09 × 0.5 = 123 agrees; R04: 500 × 16 % = 80; the gap is 56.
    assert [(one.rule_id, one.effect.value) for one in told] == [("R10", 56), ("R04", 56)]
    said = [plain(one.parts["effect"], "id") for one in advised(findings(situation, recommendations(situation)))]
    assert said == ["Perkiraan cukup untuk menutup seluruh kekurangan, 56 agree"] * 2


def test_five_are_shown_besides_compliance_and_the_others_are_kept():
    situation = known({**EVERYTHING, **BEHIND})
    advice = recommendations(situation)
    table = advice_table(advice, Annotations())
    assert advice.shown == 4 + 5 < len(table)
    assert table["shown"].tolist() == [True] * 9 + [False] * (len(table) - 9)
    assert set(table.loc[~table["shown"], "why"]) == {"more_important"}


def test_a_day_under_way_and_a_broken_system_judge_nobodys_work():
    low = {("K14", "mtd"): (1280, 4000), ("K26", "mtd"): (340, 400)}
    assert rules_of(known(low)) == ["R10", "R13"]
    assert rules_of(known(low, is_whole_day=False)) == ["R30"]
    broken = {("attempts_share", "day", "", "result:U08"): (600, 2000)}
    assert rules_of(known({**low, **broken})) == ["R32", "R30"]


def test_the_core_of_lebaran_judges_nobodys_work():
    lebaran = dataclasses.replace(OCTOBER, free_days={DAY: "Hari Raya Idul Fitri"})
    assert rules_of(known({("K26", "mtd"): (340, 400)}, calendar=lebaran)) == ["R30"]


def test_nothing_is_asked_about_the_list_of_a_month_that_is_over():
    last = dt.date(2022, 10, 31)
    numbers = {("K07.>7", "mtd"): 200, ("pending", "mtd"): 0}
    assert rules_of(known(numbers, day=last)) == ["R30"]
    assert rules_of(known(numbers, day=last, is_whole_day=False)) == ["R04"]


def test_a_recommendation_that_is_still_open_keeps_its_id_across_the_month_end():
    situation = known({("K07.>7", "mtd"): 200}, earlier=(earlier(),))
    assert [number for number, _ in recommendations(situation).recommendations] == [REC]


def test_one_that_was_closed_in_the_month_gets_the_next_number():
    first = rec_id("CT0", "2022-10", "R04", "site", "SITE")
    again = known({("K07.>7", "mtd"): 200}, earlier=(earlier(number=first, status=Status.CANCELLED, is_open=False),))
    assert [number for number, _ in recommendations(again).recommendations] == [
        rec_id("CT0", "2022-10", "R04", "site", "SITE", 2)
    ]


@pytest.mark.parametrize(
    ("code", "due"),
    [
        ("D0", "2022-10-19"),
        ("D1", "2022-10-20"),
        ("D3", "2022-10-22"),
        ("W1", "2022-10-25"),
        ("M", "2022-10-31"),
    ],
)
def test_what_is_due_the_same_day_is_due_on_the_day_on_which_it_is_read(code, due):
    assert due_day(code, known().read_day, OCTOBER).isoformat() == due


def test_decisions_stand_beside_what_they_are_about():
    situation = known({("K07.>7", "mtd"): 200, ("K28", "mtd"): (500, 1000)})
    number = {one.rule_id: name for name, one in recommendations(situation).recommendations}
    told = Annotations(decisions={
        number["R04"]: Decision("tolak", reason="sudah dibagi kemarin"),
        number["R17"]: Decision("ubah", text="ingatkan lewat WA saja", owner="TL02", due=dt.date(2022, 10, 21)),
    })  # fmt: skip
    found = {one.rule: one for one in advised(findings(situation, recommendations(situation), told))}
    assert (found["R04"].decision, found["R04"].reason) == ("tolak", "sudah dibagi kemarin")
    assert (found["R17"].decision, found["R17"].text, found["R17"].due) == (
        "ubah", "ingatkan lewat WA saja", dt.date(2022, 10, 21),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "verdict", "note", "is_reassigned"),
    [
        (Decision(), "diterima", "", False),
        (Decision(reason="setuju"), "diterima, catatan TL", "setuju", False),
        (Decision(owner="TL02"), "diterima, catatan TL", "", True),
        (Decision("terima", due=dt.date(2022, 10, 21)), "diterima, catatan TL", "", True),
        (Decision("ubah", "besok saja", "dialler rusak"), "diubah, catatan TL", "besok saja\ndialler rusak", False),
        (Decision("tolak", "", "sudah dibagi", "TL02"), "ditolak, catatan TL", "sudah dibagi", True),
    ],
)
def test_whatever_a_person_decided_is_marked_and_none_of_its_words_is_lost(decision, verdict, note, is_reassigned):
    situation = known({("K07.>7", "mtd"): 200})
    advice = recommendations(situation)
    told = Annotations(decisions={number: decision for number, _ in advice.recommendations})
    (one,) = advised(findings(situation, advice, told))
    assert (plain(one.verdict, "id"), one.note, one.is_reassigned) == (verdict, note, is_reassigned)


def test_the_same_findings_in_any_order_give_the_same_advice():
    situation = known({**EVERYTHING, **BEHIND})
    rows = list(situation.figures.items())
    random.Random(3).shuffle(rows)
    agents = situation.tables["agents"].sample(frac=1, random_state=3)
    shuffled = dataclasses.replace(situation, figures=dict(rows), tables={**situation.tables, "agents": agents})
    tables = [advice_table(recommendations(one), Annotations()).to_csv() for one in (situation, shuffled)]
    assert tables[0] == tables[1]


def test_every_number_that_is_named_is_registered_and_no_figure_twice():
    situation = known({**EVERYTHING, **BEHIND})
    advice = recommendations(situation)
    made = [figure.id for figure in advice.figures]
    assert len(made) == len(set(made))
    assert not set(made) & set(situation.figures)
    known_ids = {*made, *situation.figures}
    for parts in advice_table(advice, Annotations())["parts"]:
        assert all(set(part["figures"].values()) <= known_ids for part in json.loads(parts).values())


RATES = [key for key, number in ORDINARY.items() if isinstance(number, tuple) and key[0] not in {"K19", "K50"}]


def anything(chance, *, missed):
    """Return numbers of a month drawn at random, some of them not available, with the target missed or met."""
    drawn = {}
    for key in ORDINARY:
        if key in RATES:
            of = chance.choice([0, 5, 60, 3000])
            drawn[key] = (chance.randint(0, of), of) if of else None
        elif chance.random() < 0.2:
            drawn[key] = None
        elif not key[0].startswith(("K19", "K20")):
            drawn[key] = chance.choice([0, 1, chance.randint(2, 3000)])
    achievement = chance.uniform(0.2, 0.999) if missed else chance.uniform(1, 1.4)
    target = 1456
    drawn |= {("K19", "mtd"): (achievement * target, target), ("K20", "mtd"): (achievement - 1) * target,
              ("target", "mtd"): target, ("K17", "mtd"): achievement * target,
              ("elapsed", "mtd"): chance.randint(0, 25)}  # fmt: skip
    return drawn


def situation(seed, *, missed):
    chance = random.Random(seed)
    agents = [(*row[:4], chance.choice(["lower", "higher", "usual", "too_few"]), row[5]) for row in AGENTS]
    day = DAY.replace(day=chance.randint(1, 31))
    numbers = anything(chance, missed=missed)
    return known(numbers, is_whole_day=chance.random() < 0.8, day=day, tables={"agents": agents})


def test_a_missed_target_always_leads_to_a_recommendation_in_500_months_drawn_at_random():
    for seed in range(500):
        drawn = situation(seed, missed=True)
        advice = recommendations(drawn)
        assert advice.shown >= 1, seed
        assert all(one.due >= drawn.day for _, one in advice.recommendations)


def test_a_target_that_is_met_leads_to_nothing_but_what_is_allowed_in_100_months_drawn_at_random():
    for seed in range(100):
        assert set(rules_of(situation(seed, missed=False))) <= WITH_TARGET_MET, seed


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_recommended_can_be_said_in_both_languages(seed):
    drawn = situation(seed, missed=True)
    for one in advised(findings(drawn, recommendations(drawn))):
        assert all(plain(sentence, lang) for sentence in one.parts.values() for lang in ("id", "en"))


def test_thresholds_come_from_the_rulebook():
    lenient = read_rulebook({"R04": {"priority": "P3", "owner": "SPV"}, "R18": {"broken_rate": "0.5"}}, "rules.yml")
    numbers = {("K07.>7", "mtd"): 200, ("broken_waiting", "day"): (40, 100)}
    assert rules_of(known(numbers, rulebook=Rulebook())) == ["R04", "R18"]
    (one,) = [one for _, one in recommendations(known(numbers, rulebook=lenient)).recommendations]
    assert (one.rule_id, one.priority, one.owner_role) == ("R04", "P3", "SPV")


FAILED = earlier(is_open=False, status=Status.VERIFIED_NOT_EFFECTIVE, number="REC-CT0-2022-10-AAAAAAAA")
LATE = dataclasses.replace(earlier(number="REC-CT0-2022-10-BBBBBBBB"), workdays_overdue=2)
OF_FAILED = dataclasses.replace(
    earlier("R29", is_open=False, number="REC-CT0-2022-10-CCCCCCCC"), level="rec", entity=FAILED.rec_id
)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((FAILED, LATE), [FAILED.rec_id, LATE.rec_id]),
        # What failed is told once: not after somebody decided on that, nor for ever.
        ((FAILED, OF_FAILED), []),
        ((dataclasses.replace(FAILED, is_fresh=False),), []),
        ((dataclasses.replace(OF_FAILED, is_open=True), FAILED), [FAILED.rec_id]),
        # What is overdue is told as long as it is; what came back, like what failed.
        ((LATE, dataclasses.replace(OF_FAILED, entity=LATE.rec_id)), [LATE.rec_id]),
        ((dataclasses.replace(FAILED, status=Status.CANCELLED, came_back=True),), [FAILED.rec_id]),
        ((dataclasses.replace(LATE, segment="PRANPC"),), []),
    ],
)
def test_earlier_advice_is_escalated_while_it_is_late_and_once_when_it_failed(history, expected):
    assert [case.entity for case in not_followed_up(known(earlier=history))] == expected


def test_an_overdue_one_goes_to_the_superior_of_its_owner():
    one = dataclasses.replace(LATE, owner_id="TL02")
    (told,) = (found for _, found in recommendations(known(earlier=(one,))).recommendations if found.rule_id == "R29")
    assert (told.owner_role, told.owner_id) == ("SPV", "SPV01")
