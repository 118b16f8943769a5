"""The tables of the gap: what each factor contributes at the site, by team and by witel (section 4)."""

from __future__ import annotations

from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import entity_name
from caringmon.model.gap import ABOVE, MTD
from caringmon.report import gap_words
from caringmon.report.reading import Reader
from caringmon.report.tables.grids import Cell, Column, Grid, Row, na_notes, shown
from caringmon.report.wording import Sentence, Slot, say


def gap_parts_grid(reader: Reader, window: str = MTD) -> Grid | None:
    """Return each step of the funnel, reference against actual, with its part of the gap; no parts: None.

    The interval and what may be said stand beside the part, where there is one. `window`: of which explanation.
    """
    mine = gap_words.parts(reader, window)
    if not mine:
        return None
    columns = (Column(say("col.then")), Column(say("col.now")), Column(say("col.part"), strong=True))
    told = gap_words.has_intervals(reader, window)
    sure = (Column(say("col.low")), Column(say("col.high")), Column(say("col.certainty"), "text")) if told else ()
    rows = tuple(
        Row(
            say(f"factor.{part.factor}"),
            (*_sides(reader, window, part.factor), shown(part.shown, "signed"), *(_interval(part) if told else ())),
        )
        for part in mine
    )
    gap = shown(gap_words.gap_of(reader, window), "signed")
    total = Row(say("row.gap"), (None, None, gap, *(None for _ in sure)))
    unit = say(f"gap.unit.{'customer' if gap_words.is_planned(reader, window) else 'service_day'}")
    bounds = (bound for part in mine if told and part.factor != ABOVE for bound in (part.low, part.high))
    caption = say("table.gap_parts" if window == MTD else f"table.gap_parts.{window}")
    return Grid(reader.name, caption, say("col.factor"), (*columns, *sure), rows, (total,), (unit, *na_notes(bounds)))


def gap_grid(reader: Reader, level: str) -> Grid | None:
    """Return what each factor contributes by team (`tl`) or `witel`, adding up to the site; nothing known: None."""
    entities = [e for lev, e in _entities(reader) if lev == level]
    factors = [part.factor for part in gap_words.parts(reader)]
    if not entities or not factors or reader.focus:
        return None
    columns = (*(Column(say(f"factor.{factor}")) for factor in factors), Column(say("row.gap"), strong=True))
    rows = tuple(Row(_name(entity), _cells(reader, level, entity, factors)) for entity in entities)
    total = Row(say("row.site"), _cells(reader, "site", "", factors))
    caption, corner = say(f"table.gap_{level}"), say(f"col.{level}")
    return Grid(reader.name, caption, corner, columns, rows, (total,) if level == "tl" else ())


def _sides(reader: Reader, window: str, factor: str) -> tuple[Cell, Cell]:
    """Return the factor's value of the reference and of the days; the mix and the target have none."""
    kpi = "K48.units" if factor == "assigned" else "K48.rate"
    told = [reader.get(f"{kpi}_{side}", window, None, factor) for side in ("then", "now")]
    return shown(told[0]), shown(told[1])


def _interval(part: gap_words.Part) -> tuple[Cell, Cell, Cell]:
    """Return both ends of the part's interval and what may be said of it; a target above the reference has none."""
    low, high = (None, None) if part.factor == ABOVE else (part.low, part.high)
    return shown(low, "signed"), shown(high, "signed"), _certainty(part)


def _cells(reader: Reader, level: str, entity: str, factors: list[str]) -> tuple[Cell, ...]:
    name = entity_name(level, entity)
    cells = [shown(reader.get("K48.shown", "mtd", name, factor), "signed") for factor in factors]
    return (*cells, shown(reader.get("K48.shown_sum", "mtd", name), "signed"))


def _entities(reader: Reader) -> list[tuple[str, str]]:
    rows = reader.findings.tables["drivers"]
    mine = rows[(rows["segment"] == reader.segment) & (rows["window"] == MTD)]
    return list(dict.fromkeys(zip(mine["level"].astype(str), mine["entity"].astype(str), strict=True)))


def _name(entity: str) -> Slot:
    return say("row.unmapped") if entity == UNMAPPED_ENTITY else entity


def _certainty(part: gap_words.Part) -> Sentence:
    if part.factor == ABOVE:
        return say("gap.certainty.fact")
    if part.low is None or part.high is None:
        return say("gap.certainty.unknown")
    if part.is_driver:
        return say("gap.certainty.driver")
    spans = part.low.value <= 0 <= part.high.value
    return say("gapnote.not_distinguished") if spans else say("gap.certainty.possible")
