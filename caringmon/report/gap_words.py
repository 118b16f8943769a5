"""The gap in words: which factors explain it as far as chance allows, what it is compared with, what to know.

`window`: which explanation of the gap is read, where a report has it against two references (`model.gap.against`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import Figure, entity_name
from caringmon.model.gap import ABOVE, MTD
from caringmon.report.reading import Reader, day_of, text_of
from caringmon.report.reasons import reason_of
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


def explanations(reader: Reader) -> tuple[str, ...]:
    """Return the windows in which the gap of the segment is explained, the one of the report's parameters first."""
    rows = reader.findings.tables["references"]
    return tuple(str(window) for window in rows.loc[rows["segment"] == reader.segment, "window"])


def gap_of(reader: Reader, window: str = MTD) -> Figure | None:
    """Return the gap as the sum of the parts printed; not explained: None."""
    return reader.value(f"{shown_kpi(reader)}_sum", window)


def shown_kpi(reader: Reader) -> str:
    """Return the figure of a part as a whole number: a leader's parts are rounded on their own."""
    return "K48.alone" if reader.focus else "K48.shown"


def parts(reader: Reader, window: str = MTD) -> tuple[Part, ...]:
    """Return the parts of whom the report is about, in the order of the factors."""
    mine = reader.audience.level, reader.audience.person
    return tuple(part for part in _every(reader, window) if (part.level, part.entity) == mine)


def gap_title(reader: Reader, window: str = MTD) -> Sentence:
    """Return the conclusion that the parts support: the factors, else the team or witel, else that none is sure."""
    gap = gap_of(reader, window)
    if gap is None:
        return say("gap.none", reason=reason_of(_reference(reader, window)[1]))
    mine, drivers = parts(reader, window), _drivers(reader, window)
    above = next((part.shown for part in mine if part.factor == ABOVE), None)
    against = say("gap.against.reference" if above is None else "gap.against.target")
    if gap.value == 0:
        return say("gap.even", against=against)
    side = "short" if gap.value < 0 else "ahead"
    if any(guard.key == "guard.GAP_NEAR_ZERO" for guard in gap_guards(reader, window)):
        return say(f"gap.{side}_small", gap=gap, against=against)
    if is_planned(reader, window) and not has_intervals(reader, window):
        return _largest(mine, gap, against)
    named = _factors(part for part in drivers if part in mine)
    if not named and drivers:
        first = drivers[0]
        where = {"who": _who(first), "factor": say(f"factor.{first.factor}"), "part": first.shown}
        return say(f"gap.{side}_where", gap=gap, against=against, **where)
    if not named:
        if above is not None and gap.value < 0 and above.value <= MATTERS * gap.value:
            return say("gap.short_above", gap=gap, against=against, above=above)
        return say(f"gap.{side}_unclear", gap=gap, against=against)
    return say(f"gap.{side}", gap=gap, against=against, factors=named)


def has_intervals(reader: Reader, window: str = MTD) -> bool:
    """Tell whether chance was looked at: a month's comparison with its plan, and one day, have no intervals."""
    return any(part.low is not None for part in parts(reader, window))


def _largest(mine: Sequence[Part], gap: Figure, against: Sentence) -> Sentence:
    """Return the largest part against the plan that goes the gap's way, which is arithmetic and no cause."""
    way = 1 if gap.value > 0 else -1
    first = max(mine, key=lambda part: part.shown.value * way)
    side = "short" if gap.value < 0 else "ahead"
    return say(f"gap.{side}_largest", gap=gap, against=against, factor=say(f"factor.{first.factor}"), part=first.shown)


def gap_drivers(reader: Reader, window: str = MTD) -> tuple[Sentence, ...]:
    """Return a line per team and witel that stands out, the largest first, then what could be won back together."""
    mine, drivers = parts(reader, window), _drivers(reader, window)
    below = [part for part in drivers if part not in mine][:MOST_NAMED]
    lines = [
        say("gap.driver", who=_who(part), factor=say(f"factor.{part.factor}"), part=part.shown, low=part.low,
            high=part.high)
        for part in below
        if part.low is not None and part.high is not None
    ]  # fmt: skip
    back = reader.value("K48.recoverable", window)
    named = _factors(part for part in drivers if part in mine and part.factor != ABOVE)
    if back is not None and named:
        lines.append(say("gap.recoverable", factors=named, back=back))
    return tuple(lines)


def gap_reference(reader: Reader, window: str = MTD) -> tuple[Sentence, ...]:
    """Return what the gap is compared with, and how far its intervals carry."""
    row, note = _reference(reader, window)
    if note or row is None:
        return ()
    first, last = (day_of(row[name]) for name in ("first_day", "last_day"))
    lines = [say(f"gap.reference.{row['reference']}", first=first, last=last)]
    notes = {note for row in _rows(reader, window) for note in text_of(row["note"]).split("; ")}
    lines += [say(f"gap.note.{note}") for note in (_ONE_DAY, _INDICATIVE) if note in notes]
    if is_planned(reader, window) and _ONE_DAY not in notes and not has_intervals(reader, window):
        lines.append(say("gap.note.plan"))
    return tuple(lines)


def is_planned(reader: Reader, window: str = MTD) -> bool:
    """Tell whether the plan is the reference: its units are customers, not services by day."""
    row, _ = _reference(reader, window)
    return row is not None and row["reference"] == "plan"


def gap_guards(reader: Reader, window: str = MTD) -> tuple[Sentence, ...]:
    """Return what to know before the parts are read, a sentence per guard."""
    rows = reader.findings.tables["guards"]
    mine = rows[(rows["segment"] == reader.segment) & (rows["window"] == window)]
    numbers: dict[str, dict[str, Slot]] = {}
    for code, name in zip(mine["code"], mine["name"].map(text_of), strict=True):
        figure = reader.value(f"guard.{code}.{name}", window) if name else None
        numbers.setdefault(str(code), {}).update({} if figure is None else {name: figure})
    return tuple(say(f"guard.{code}", **slots) for code, slots in numbers.items())


def _every(reader: Reader, window: str) -> tuple[Part, ...]:
    found = []
    for row in _rows(reader, window):
        level, entity, factor = text_of(row["level"]), text_of(row["entity"]), text_of(row["factor"])
        name = entity_name(level, entity)
        shown = reader.value(shown_kpi(reader), window, name, factor)
        if shown is not None:
            low, high = (reader.value(f"K48.{side}", window, name, factor) for side in ("low", "high"))
            found.append(Part(level, entity, factor, shown, low, high, bool(row["is_driver"])))
    return tuple(found)


def _drivers(reader: Reader, window: str) -> list[Part]:
    """Return the parts that chance does not explain and that push the way the gap goes, the largest first."""
    gap = gap_of(reader, window)
    if gap is None:
        return []
    way = 1 if gap.value > 0 else -1
    along = [part for part in _every(reader, window) if part.is_driver and part.shown.value * way > 0]
    return sorted(along, key=lambda part: -abs(part.shown.value))


def _factors(named: Iterable[Part]) -> tuple[Slot, ...]:
    return tuple(say(f"factor.{part.factor}") for part in named)


def _who(part: Part) -> Slot:
    if part.level == "witel":
        return say("gap.witel", name=part.entity)
    return say("row.unmapped") if part.entity == UNMAPPED_ENTITY else part.entity


def _rows(reader: Reader, window: str) -> list[dict[str, object]]:
    rows = reader.findings.tables["drivers"]
    mine = rows[(rows["segment"] == reader.segment) & (rows["window"] == window)]
    return [{str(name): value for name, value in row.items()} for row in mine.to_dict("records")]


def _reference(reader: Reader, window: str) -> tuple[dict[str, object] | None, str]:
    """Return what is compared with, and why there are no parts (empty where there are)."""
    rows = reader.findings.tables["references"]
    mine = rows[(rows["segment"] == reader.segment) & (rows["window"] == window)].to_dict("records")
    row = {str(name): value for name, value in mine[0].items()} if mine else None
    return row, "no_reference" if row is None else text_of(row["note"])
