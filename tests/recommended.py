"""Recommendations for tests: one of a rule about a team, changed as told, and a register that holds some."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from caringmon.model.follow_up import Followed, Kind, Raised, followed
from caringmon.model.recommendation import Check, Effect, Origin, Priority, Recommendation, Said, Status
from caringmon.store.recommendations import Author, Step, add_steps, raise_recommendations, read_events
from caringmon.store.register import register_url
from tests.tiny import at, date

RAISED_AT = at("19", "08:00")  # the clock of the daily of Tuesday 18 October
WORDS = {
    "id": {"finding": "12 data belum dihubungi", "action": "Tetapkan agent pengganti"},
    "en": {"finding": "12 records uncalled", "action": "Reassign"},
}
UNTOUCHED = Recommendation(
    rule_id="R04",
    segment="CT0",
    period="2022-10",
    origin=Origin.OPS,
    priority=Priority.P1,
    level="tl",
    entity="TL01",
    owner_role="TL",
    owner_id="TL01",
    due=date("2022-10-20"),
    parts={"finding": Said("rule.R04.finding", {"n": "CT0.K07.day.TL01"})},
    effect=Effect(2.5, 1.0, 4.0, "agree", "n"),
    evidence=("CT0.K07.day.TL01",),
)
CONTACT = Check("K09", 1, 0.05)


def raised(**changes: object) -> Raised:
    """Return `UNTOUCHED`, changed, as a report puts it."""
    return Raised(dataclasses.replace(UNTOUCHED, **changes), WORDS, {"CT0.K07.day.TL01": 12.0})


def register(folder: Path) -> str:
    """Return the URL of a register in the folder."""
    return register_url(folder, None)


def raise_in(url: str, *wanted: Raised, when: dt.datetime = RAISED_AT) -> tuple[str, ...]:
    """Raise these at a report's clock; return their ids."""
    return raise_recommendations(url, wanted, when, "daily ALL")


def move(url: str, rec_id: str, *statuses: Status, when: dt.datetime) -> None:
    """Bring a recommendation through these statuses at an instant."""
    for status in statuses:
        add_steps(url, lambda _, to=status: [Step(rec_id, to, when.date())], Author("TL01", when, Kind.MOVED))


def known(url: str) -> dict[str, Followed]:
    """Return all recommendations of a register by id."""
    return {one.rec_id: one for one in followed(read_events(url))}


def add_notes(url: str, writer: int, count: int) -> None:
    """Add so many notes, each naming its writer, its number and how many events there were before it."""
    for number in range(count):

        def choose(found: Sequence[Followed], number: int = number) -> list[Step]:
            note = f"{writer}/{number}/{len(found[0].events)}"
            return [Step(found[0].rec_id, found[0].status, RAISED_AT.date(), note=note)]

        add_steps(url, choose, Author(f"W{writer}", RAISED_AT, Kind.MOVED))
