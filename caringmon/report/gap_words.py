"""The gap in words: which factors explain it as far as chance allows, what it is compared with, what to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import Figure, entity_name
from caringmon.model.gap import ABOVE
from caringmon.report.narrative import reason_of
from caringmon.report.reading import Reader, day_of, text_of
from caringmon.report.wording import Sentence, Slot, say

MOST_NAMED = 5
# A target that lies above the reference by this share of the gap is named beside it.
MATTERS = 0.25
_INDICATIVE, _ONE_DAY = "indicative", "one_day"


@dataclass(frozen=True)
class Part:
    """One part of the gap: whose and which factor, as a whole number, with its interval where there is one."""

    level: str
    entity: str
    factor: str
    shown: Figure
    low: Figure | None
    high: Figure | None
    is_driver: bool

    @property
    def name(self) -> str:
        """The entity's name in the ids of figures."""
        return entity_name(self.level, self.entity)


def gap_of(reader: Reader) -> Figure | None:
    """Return the gap as the sum of the parts printed; not explained: None."""
    return reader.value(f"{shown_kpi(reader)}_sum", "mtd")


def shown_kpi(reader: Reader) -> str:
    """Return the figure of a part as a whole number: a leader's parts are rounded on their own."""
    return "K48.alone" if reader.focus else "K48.shown"


def parts(reader: Reader, level: str = "", entity: str = "") -> tuple[Part, ...]:
    """Return the parts of an entity in the order of the factors; left out: of whom the report is about."""
    level, entity = (level, entity) if level else (reader.audience.level, reader.audience.person)
    return tuple(part for part in _every(reader) if (part.level, part.entity) == (level, entity))


def gap_title(reader: Reader) -> Sentence:
    """Return the conclusion that the parts support: the factors, else the team or witel, else that none is sure."""
    gap = gap_of(reader)
    if gap is None:
        return say("gap.none", reason=reason_of(_reference(reader)[1]))
    has_target = any(part.factor == ABOVE for part in parts(reader))
    against = say("gap.against.target" if has_target else "gap.against.reference")
    if gap.value == 0:
        return say("gap.even", against=against)
    side = "short" if gap.value < 0 else "ahead"
    if any(guard.key == "guard.GAP_NEAR_ZERO" for guard in gap_guards(reader)):
        return say(f"gap.{side}_small", gap=gap, against=against)
    named = _factors(part for part in _drivers(reader) if part in parts(reader))
    elsewhere = _drivers(reader)
    if not named and elsewhere:
        first = elsewhere[0]
        where = {"who": _who(first), "factor": say(f"factor.{first.factor}"), "part": first.shown}
        return say(f"gap.{side}_where", gap=gap, against=against, **where)
    if not named:
        above = next((part.shown for part in parts(reader) if part.factor == ABOVE), None)
        if above is not None and gap.value < 0 and above.value <= MATTERS * gap.value:
            return say("gap.short_above", gap=gap, against=against, above=above)
        return say(f"gap.{side}_unclear", gap=gap, against=against)
    return say(f"gap.{side}", gap=gap, against=against, factors=named)


def gap_drivers(reader: Reader) -> tuple[Sentence, ...]:
    """Return a line per team and witel that stands out, the largest first, then what could be won back together."""
    below = [part for part in _drivers(reader) if part not in parts(reader)][:MOST_NAMED]
    lines = [
        say("gap.driver", who=_who(part), factor=say(f"factor.{part.factor}"), part=part.shown, low=part.low,
            high=part.high)
        for part in below
        if part.low is not None and part.high is not None
    ]  # fmt: skip
    back = reader.value("K48.recoverable", "mtd")
    named = _factors(part for part in _drivers(reader) if part in parts(reader) and part.factor != ABOVE)
    if back is not None and named:
        lines.append(say("gap.recoverable", factors=named, back=back))
    return tuple(lines)


def gap_reference(reader: Reader) -> tuple[Sentence, ...]:
    """Return what the gap is compared with, and how far its intervals carry."""
    row, note = _reference(reader)
    if note or row is None:
        return ()
    first, last = (day_of(row[name]) for name in ("first_day", "last_day"))
    lines = [say(f"gap.reference.{row['reference']}", first=first, last=last)]
    notes = {note for row in _rows(reader) for note in text_of(row["note"]).split("; ")}
    lines += [say(f"gap.note.{note}") for note in (_ONE_DAY, _INDICATIVE) if note in notes]
    return tuple(lines)


def is_planned(reader: Reader) -> bool:
    """Tell whether the plan is the reference: its units are customers, not services by day."""
    row, _ = _reference(reader)
    return row is not None and row["reference"] == "plan"


def gap_guards(reader: Reader) -> tuple[Sentence, ...]:
    """Return what to know before the parts are read, a sentence per guard."""
    rows = reader.findings.tables["guards"]
    mine = rows[rows["segment"] == reader.segment]
    numbers: dict[str, dict[str, Slot]] = {}
    for code, name in zip(mine["code"], mine["name"].map(text_of), strict=True):
        figure = reader.value(f"guard.{code}.{name}", "mtd") if name else None
        numbers.setdefault(str(code), {}).update({} if figure is None else {name: figure})
    return tuple(say(f"guard.{code}", **slots) for code, slots in numbers.items())


def _every(reader: Reader) -> tuple[Part, ...]:
    found = []
    for row in _rows(reader):
        level, entity, factor = text_of(row["level"]), text_of(row["entity"]), text_of(row["factor"])
        name = entity_name(level, entity)
        shown = reader.value(shown_kpi(reader), "mtd", name, factor)
        if shown is not None:
            low, high = (reader.value(f"K48.{side}", "mtd", name, factor) for side in ("low", "high"))
            found.append(Part(level, entity, factor, shown, low, high, bool(row["is_driver"])))
    return tuple(found)


def _drivers(reader: Reader) -> list[Part]:
    """Return the parts that chance does not explain and that push the way the gap goes, the largest first."""
    gap = gap_of(reader)
    if gap is None:
        return []
    way = 1 if gap.value > 0 else -1
    along = [part for part in _every(reader) if part.is_driver and part.shown.value * way > 0]
    return sorted(along, key=lambda part: -abs(part.shown.value))


def _factors(named: Iterable[Part]) -> tuple[Slot, ...]:
    return tuple(say(f"factor.{part.factor}") for part in named)


def _who(part: Part) -> Slot:
    if part.level == "witel":
        return say("gap.witel", name=part.entity)
    return say("row.unmapped") if part.entity == UNMAPPED_ENTITY else part.entity


def _rows(reader: Reader) -> list[dict[str, object]]:
    rows = reader.findings.tables["drivers"]
    return [{str(k): v for k, v in row.items()} for row in rows[rows["segment"] == reader.segment].to_dict("records")]


def _reference(reader: Reader) -> tuple[dict[str, object] | None, str]:
    """Return what is compared with, and why there are no parts (empty where there are)."""
    rows = reader.findings.tables["references"]
    mine = rows[rows["segment"] == reader.segment].to_dict("records")
    row = {str(name): value for name, value in mine[0].items()} if mine else None
    return row, "no_reference" if row is None else text_of(row["note"])
