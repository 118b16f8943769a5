"""The tables of the daily report, described once: page and workbook print the same rows, columns and notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report.cards import tone_of
from caringmon.report.narrative import reason, reason_of
from caringmon.report.reading import Day, Reader, Team, counts, lacking
from caringmon.report.wording import Sentence, Shown, Slot, say


@dataclass(frozen=True)
class Bar:
    """A bar in a table cell: its share of the scale, where a mark stands on that scale, and its tone."""

    share: float
    mark: float | None = None
    tone: str = ""


Cell = Shown | Sentence | Bar | None


@dataclass(frozen=True)
class Column:
    """One column: its header, and whether a group of columns starts with it. `kind` is number, bar or text."""

    label: Sentence
    kind: str = "number"
    strong: bool = False
    starts_group: bool = False


@dataclass(frozen=True)
class Row:
    """One row: what it is about and its cells, one per column."""

    head: Slot
    cells: tuple[Cell, ...]
    extra: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: whose it is, caption, columns (in groups of so many), rows, the row set apart as total, notes below."""

    name: str
    caption: Sentence
    corner: Sentence
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    notes: tuple[Sentence, ...] = ()
    group_labels: tuple[tuple[Sentence | None, int], ...] = ()


@dataclass(frozen=True)
class _Field:
    """What a column prints: an indicator in a window, in a form; bars compare an achievement with 1."""

    label: str
    kpi: str
    window: str
    group: str = ""
    form: str = ""
    strong: bool = False
    kind: str = "number"


def team_fields(reader: Reader) -> tuple[_Field, ...]:
    """Return the columns of the table of teams, without those that the files lack by design or that nobody knows."""
    actual = reader.actual
    every = (
        _Field("col.target", "target", "day", "day"),
        _Field("col.gross", "K13", "day", "day"),
        _Field("col.pending", "pending", "day", "day"),
        _Field(f"col.{actual}", actual, "day", "day"),
        _Field("col.difference", "K20", "day", "day", "signed"),
        _Field(f"col.{actual}", actual, "mtd", "month"),
        _Field("col.target", "target", "mtd", "month"),
        _Field("col.gap", "K20", "mtd", "month", "signed"),
        _Field("col.bar", "K19", "mtd", "month", kind="bar"),
        _Field("col.achievement", "K19", "mtd", "month", strong=True),
        _Field("col.status", "K19", "mtd", "month", "status", kind="text"),
    )
    seen: dict[tuple[str, str, str], _Field] = {}
    for field in every:
        seen.setdefault((field.kpi, field.window, field.kind), field)
    entities = ("", *(team.entity for team in reader.teams))
    return tuple(f for f in seen.values() if any(reader.value(f.kpi, f.window, e) for e in entities))


def team_grid(reader: Reader, caption: Sentence) -> Grid:
    """Return the table of teams: the day and the month to date, with the site's own figures as total."""
    fields = team_fields(reader)
    rows = tuple(
        Row(team_name(team), tuple(_cell(reader, field, team.entity) for field in fields)) for team in reader.teams
    )
    total = Row(say("row.site"), tuple(_cell(reader, field, "") for field in fields))
    notes = _dropped_notes(reader, fields, (("target", "day"), ("K19", "mtd"), ("pending", "day")))
    notes += na_notes(reader.get(f.kpi, f.window, team.entity) for f in fields for team in reader.teams)
    return Grid(reader.name, caption, say("col.team"), _columns(fields), rows, total, notes, _groups(reader, fields))


def team_name(team: Team) -> Slot:
    """Return a team's code, or the words for rows that no roster line explains."""
    return say("row.unmapped") if team.is_unmapped else team.entity


_DAY_LABELS = {
    "K05": "col.dials",
    "K09": "col.contact",
    "K14": "col.agree_rate",
    "pending": "col.pending",
    "target": "col.target",
    "K20": "col.difference",
}


def ten_days_grid(reader: Reader) -> Grid:
    """Return the last ten working days with their main figures."""
    names = ("K05", "K09", "K13", reader.day_kpi(), "target", "K20")
    caption = say("table.ten_days", count=counts(reader)["days_listed"])
    return _days_grid(reader, reader.recent_days, names, (), caption)


def all_days_grid(reader: Reader) -> Grid:
    """Return the days of the month and the recent ones before, with what has added up in the month."""
    kpi = reader.day_kpi()
    names = ("K05", "K09", "K14", "K13", "pending", kpi, "target", "K20")
    return _days_grid(reader, reader.shown_days, names, (kpi, "target"), say("table.all_days"))


def _days_grid(
    reader: Reader, days: tuple[Day, ...], names: tuple[str, ...], totals: tuple[str, ...], caption: Sentence
) -> Grid:
    """Return the days as rows; a column that is known on no day is left out."""
    names = tuple(n for n in dict.fromkeys(names) if any(reader.value(n, day.window) for day in days))
    totals = tuple(name for name in totals if any(reader.value(name, f"c{day.date}") for day in days))
    columns = [Column(say(_DAY_LABELS.get(name, f"col.{name}")), strong=name == reader.day_kpi()) for name in names]
    columns += [Column(say(f"col.cumulative.{name}")) for name in totals]
    rows = tuple(
        Row(
            say("row.day", day=day.date),
            (
                *(_shown(reader.get(n, day.window), "signed" if n == "K20" else "") for n in names),
                *(_shown(reader.get(n, f"c{day.date}")) for n in totals),
            ),
            "now" if day.date == reader.date else "",
        )
        for day in days
    )
    notes = na_notes(reader.get(name, day.window) for day in days for name in names)
    return Grid(reader.name, caption, say("col.date"), tuple(columns), rows, None, notes)


STAGES = (
    ("assigned", "K01", "", ""),
    ("worked", "K03", "", "K04"),
    ("contacted", "K09", "numerator", "K09"),
    ("rpc", "K11", "numerator", "K11"),
    ("gross", "K13", "", "K14"),
    ("net", "K17", "", ""),
    ("valid", "K18", "", ""),
)
FUNNEL_WINDOWS = ("day", "mtd", "last_month")


def funnel_stages(reader: Reader) -> tuple[tuple[str, str, str, str], ...]:
    """Return the stages that are known in at least one window: name, indicator, form, rate from the stage before."""
    return tuple(
        stage for stage in STAGES
        if any(reader.value(stage[1], window) is not None for window in FUNNEL_WINDOWS)
    )  # fmt: skip


def funnel_grid(reader: Reader) -> Grid:
    """Return the funnel: each stage's count, bar and share of the stage before, for day, month and last month."""
    stages = funnel_stages(reader)
    windows = [w for w in FUNNEL_WINDOWS if any(reader.value(kpi, w) for _, kpi, _, _ in stages)]
    columns: list[Column] = []
    groups: list[tuple[Sentence | None, int]] = []
    for window in windows:
        columns += [
            Column(say("col.count"), strong=True, starts_group=bool(columns)),
            Column(say("col.bar_funnel"), "bar"),
            Column(say("col.step")),
        ]
        groups.append((window_label(reader, window), 3))
    rows = tuple(
        Row(
            say(f"stage.{stage}"),
            tuple(c for window in windows for c in _stage_cells(reader, window, (kpi, form, rate), stages)),
        )
        for stage, kpi, form, rate in stages
    )
    gone: dict[str, list[Slot]] = {}
    for stage, kpi, _, _ in STAGES:
        figure = reader.get(kpi, "mtd")
        if figure is not None and figure.is_na:
            gone.setdefault(figure.note, []).append(say(f"stage.{stage}"))
    notes = [say("funnel.step"), *_left_out(gone)]
    return Grid(
        reader.name, say("table.funnel"), say("col.stage"), tuple(columns), rows, None, tuple(notes), tuple(groups)
    )


def window_label(reader: Reader, window: str) -> Sentence:
    """Return the header of a window: the day, the month to date, or last month to the same working day."""
    last = reader.last_day(reader.actual, window)
    return say(f"window.{window}", day=last if last is not None else reader.date)


def na_notes(figures: Iterable[Figure | None]) -> tuple[Sentence, ...]:
    """Return one line that explains each kind of dash in a table."""
    shown = [figure for figure in figures if figure is not None]
    return tuple(
        say("note.dash", reason=reason(next(figure for figure in shown if figure.is_na and figure.note == note)))
        for note in lacking(shown)
    )


def _cell(reader: Reader, field: _Field, entity: str) -> Cell:
    figure = reader.get(field.kpi, field.window, entity)
    if field.kind == "bar":
        return _team_bullet(reader, entity)
    return None if figure is None else Shown(figure, field.form)


def bullet(achievement: Figure | None, widest: float = 0.0) -> Bar | None:
    """Return the bar of an achievement with its mark at the target; the scale ends at `widest`, at least at 1.15."""
    if achievement is None:
        return None
    scale = max(1.15, widest, achievement.value)
    return Bar(max(0.0, achievement.value) / scale, 1 / scale, tone_of(achievement))


def _team_bullet(reader: Reader, entity: str) -> Bar | None:
    every = [reader.value("K19", "mtd", other) for other in ("", *(team.entity for team in reader.teams))]
    widest = max((found.value for found in every if found is not None), default=0.0)
    return bullet(reader.value("K19", "mtd", entity), widest)


def _columns(fields: tuple[_Field, ...]) -> tuple[Column, ...]:
    before = ("", *(field.group for field in fields))
    return tuple(
        Column(say(field.label), field.kind, field.strong, starts_group=bool(group) and field.group != group)
        for field, group in zip(fields, before, strict=False)
    )


def _groups(reader: Reader, fields: tuple[_Field, ...]) -> tuple[tuple[Sentence | None, int], ...]:
    found = []
    for group, window in (("day", "day"), ("month", "mtd")):
        width = sum(field.group == group for field in fields)
        if width:
            found.append((window_label(reader, window), width))
    return tuple(found)


def _dropped_notes(
    reader: Reader, fields: tuple[_Field, ...], wanted: tuple[tuple[str, str], ...]
) -> tuple[Sentence, ...]:
    printed = {(field.kpi, field.window) for field in fields}
    gone: dict[str, list[Slot]] = {}
    for kpi, window in wanted:
        figure = reader.get(kpi, window)
        if (kpi, window) not in printed and figure is not None:
            gone.setdefault(figure.note, []).append(say(f"col.plain.{kpi}"))
    return _left_out(gone)


def _left_out(gone: dict[str, list[Slot]]) -> tuple[Sentence, ...]:
    return tuple(say("note.left_out", what=tuple(names), reason=reason_of(note)) for note, names in gone.items())


def _shown(figure: Figure | None, form: str = "") -> Cell:
    return None if figure is None else Shown(figure, form)


def _stage_cells(
    reader: Reader, window: str, stage: tuple[str, str, str], stages: tuple[tuple[str, str, str, str], ...]
) -> tuple[Cell, ...]:
    kpi, form, rate = stage
    figure = reader.get(kpi, window)
    widest = max((_amount(reader, other, shape, window) for _, other, shape, _ in stages), default=0.0)
    bar = Bar(_amount(reader, kpi, form, window) / widest) if widest else None
    return (_shown(figure, form), bar, _shown(reader.get(rate, window)) if rate else None)


def _amount(reader: Reader, kpi: str, form: str, window: str) -> float:
    figure = reader.value(kpi, window)
    if figure is None:
        return 0.0
    return figure.numerator if form == "numerator" else figure.value
