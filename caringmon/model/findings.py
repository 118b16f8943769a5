"""What the stages pass on: issues, loads, Evidence (rows visible at the clocks) and Findings (what a report says)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from caringmon.model.annotations import Annotations
from caringmon.model.audience import Audience
from caringmon.model.calendar import WorkCalendar
from caringmon.model.call_hours import CallHours
from caringmon.model.claims import PromiseRules
from caringmon.model.codes import Severity
from caringmon.model.follow_up import Followed
from caringmon.model.period import Period
from caringmon.model.rulebook import Rulebook


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong with the data: a code, where, and how often. Never a cell's value.

    `detail` names columns, codes or files, so that a person knows what to mend.
    """

    code: str
    severity: Severity
    table: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    line: int | None = None
    count: int = 1
    detail: str = ""


@dataclass(frozen=True)
class Load:
    """One file's rows of one table as they stand in the store; `digest` names the Parquet snapshot.

    `rules`: hash of the rules by which the file was read, `header_marks`: marks of the headers of all its sheets, by
    which is seen which rules concern it; when those change, it is read anew.
    """

    load_id: str
    order: int
    table: str
    digest: str
    source_file: str
    source_sha256: str
    source_system: str
    exported_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    mapping: str = ""
    parser_version: str = ""
    absent_by_design: tuple[str, ...] = ()
    rules: str = ""
    header_marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clocks:
    """The instants up to which rows are visible, inclusive: calls by their start; QC by the tapping."""

    calls: dt.datetime
    qc: dt.datetime


@dataclass(frozen=True)
class Request:
    """What a report is asked for, with the settings that apply, as plain values.

    `period`: as folders and titles name it; `report_date`: its last day.
    `parameters`: every value in force under its printed name, in order; part of `run_id`.
    """

    audience: Audience

    report: str
    period: str
    report_date: dt.date
    cut_time: dt.time
    segments: tuple[str, ...]
    basis: str
    lang: str
    data_deadline: dt.time
    qc_cutoff_workday: int
    qc_cutoff_time: dt.time
    max_return_rounds: int
    promises: PromiseRules
    hours: CallHours
    rebalance: bool
    drop_talk_is_rpc: bool
    max_attempts_day: int
    reference: str
    gap_baseline_days: int
    seed: int
    coverage: float
    parameters: Mapping[str, str]
    rulebook: Rulebook = field(default_factory=Rulebook)

    @property
    def window(self) -> Period:
        """The days that the report is about."""
        return Period.named(self.period)

    @property
    def is_month(self) -> bool:
        """Tell whether the report is about a month that is closed."""
        return self.window == Period.month(self.report_date)


@dataclass(frozen=True)
class Evidence:
    """The rows that a report may use, in the order of their keys, and what is known about them.

    `tables` maps each fact table to its visible rows without load columns; `evidence_id` is their hash.
    `absent`: what the loaded files lack by design (mapping files). `missing`: the tables that no loaded file
    covers on the day. `file_counts`, `origins`: what became of the rows of each call file, and from which load each
    agree of the month comes (`analysis.bridge`). `systems`: agrees of the month in the system of record and in others
    (`analysis.reconciliation`). `annotations`: texts and decisions that people added. `followed`: the
    register's recommendations of the segments asked for, as they stood at the clock. `run_id`: hash of rows,
    parameters, annotations, register and package version. `uncovered`: of a month the working days that no file covers,
    by table. `closes`: what was frozen of the months closed so far (`store.closes`), of a month's report alone.
    """

    request: Request
    clocks: Clocks
    calendar: WorkCalendar
    tables: Mapping[str, pa.Table]
    loads: tuple[Load, ...]
    issues: tuple[Issue, ...]
    absent: frozenset[str]
    missing: frozenset[str]
    file_counts: pd.DataFrame
    origins: pa.Table
    evidence_id: str
    run_id: str
    annotations: Annotations = field(default_factory=Annotations)
    systems: pd.DataFrame = field(default_factory=pd.DataFrame)
    followed: tuple[Followed, ...] = ()
    uncovered: Mapping[str, tuple[dt.date, ...]] = field(default_factory=dict)
    closes: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Figure:
    """One registered number: what it is, its value and unit, how it is printed, what it was computed from.

    `part` names the slice of the entity that it is about (`hour:09`, `result:U01`), empty: the whole.
    `value` is NaN where not available; `note` then holds the code of the reason. Rates are shares 0-1.
    """

    id: str
    kpi: str
    segment: str
    level: str
    entity: str
    window: str
    first_day: dt.date
    last_day: dt.date
    value: float
    unit: str
    decimals: int
    numerator: float = math.nan
    denominator: float = math.nan
    note: str = ""
    part: str = ""

    @property
    def is_na(self) -> bool:
        """Tell whether the number is not available."""
        return math.isnan(self.value)


def figure_id(segment: str, kpi: str, window: str, entity: str = "", part: str = "") -> str:
    """Return the id under which a figure is registered: `CT0.K17.mtd`, of a TL `CT0.K17.mtd.TL01`.

    `entity`: see `entity_name`.
    """
    return ".".join(name for name in (segment, kpi, window, entity, part) if name)


def entity_name(level: str, code: str) -> str:
    """Return how an entity is named in ids: a TL by the code, others by level and code (`agent:A01`), the site not.

    One person may be TL and agent; their figures must not meet.
    """
    return code if level == "tl" or not code else f"{level}:{code}"


@dataclass(frozen=True)
class Head:
    """What stands in the header block of a report, and what every section needs to know.

    Content only: no wall-clock time, host, user or path. `segments` in the order of their sections. `audience`: whom
    the report is built for, as written in the parameters.
    """

    report: str
    form: str
    lang: str
    period: str
    segments: tuple[str, ...]
    basis: str
    parameters: Mapping[str, str]
    run_id: str
    evidence_id: str
    package_version: str
    calendar_version: str
    calls_clock: dt.datetime
    qc_clock: dt.datetime
    absent: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    silent_segments: tuple[str, ...] = ()
    audience: str = "all"

    @property
    def window(self) -> Period:
        """The days that the report is about."""
        return Period.named(self.period)

    @property
    def date(self) -> dt.date:
        """The report date: the last of these days."""
        return self.window.last_day


@dataclass(frozen=True)
class Findings:
    """Everything a report says, frozen: page, workbook and chat text read this and nothing else.

    Tables: `figures` (a row per `Figure`), `days` (the days that charts and tables show), `teams`, `agents`, `hours`
    and `results` (the rows of their sections, in order), `signals` (what control limits say of days), `drivers`,
    `guards` and `references` (the parts of the gap, what to know about them, what they compare with), `absences`
    (leaders who are absent), `recommendations` (what the rules recommend, in order, with owner, due date and the keys
    and slots of their sentences), `followed` (earlier ones that are still open), `notes` (what people added: kind,
    subject, text), `issues` and `loads` (what was found in which file), `issue_summary` and `load_summary` (the same,
    summed up for the page), `bridge` and `bridge_total` (what became of the rows of the call files).
    `figures`: those of the table, by id.
    """

    head: Head
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Figure] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rows = self.tables["figures"].to_dict("records")
        figures = (Figure(**{str(name): value for name, value in row.items()}) for row in rows)
        object.__setattr__(self, "figures", {figure.id: figure for figure in figures})

    def registered(self, name: str) -> Figure:
        """Return the figure of that id; one that does not exist: KeyError."""
        return self.figures[name]

    def figure(self, segment: str, kpi: str, window: str, entity: str = "", part: str = "") -> Figure:
        """Return the registered figure; one that does not exist: KeyError."""
        return self.figures[figure_id(segment, kpi, window, entity, part)]
