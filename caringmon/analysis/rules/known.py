"""What a rule may look at: the registered figures and tables of one segment, thresholds, days, earlier advice."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import Figure, entity_name, figure_id
from caringmon.model.recommendation import Check, Status
from caringmon.model.reported import about
from caringmon.model.rulebook import GENERAL, MIN_N, Rulebook

ALL = "ALL"
Word = str | dt.date | Sequence[str]


@dataclass(frozen=True)
class Earlier:
    """One recommendation of the register that concerns the report: what it is about, and where it stands.

    `level`, `entity`: as the recommendation has them, the site as `SITE`. `status`: as the register has it, a verdict
    as measured. `came_back`: it was closed, and its finding was seen again within the days of R29. `is_fresh`: it was
    closed within those days, or is open.
    """

    rec_id: str
    rule_id: str
    segment: str
    level: str
    entity: str
    owner_role: str
    status: Status
    due: dt.date
    is_open: bool = True
    workdays_overdue: int = 0
    came_back: bool = False
    owner_id: str = ""
    is_fresh: bool = True


@dataclass(frozen=True)
class Gain:
    """What following advice is expected to bring, in agrees (rupiah of it apart), with bounds where they are known.

    `computed`: what the formula gave before it was capped at the gap; NaN: nothing was capped.
    """

    agrees: float
    low: float = math.nan
    high: float = math.nan
    rupiah: float = math.nan
    computed: float = math.nan

    @property
    def is_capped(self) -> bool:
        """Tell whether the whole gap is expected to close."""
        return not math.isnan(self.computed)


@dataclass(frozen=True)
class Case:
    """What a rule found about one entity.

    `figures` and `words` by slot, for all parts of the advice. `parts`: where a part has several wordings, the one that
    holds, by part (`cause` → `unsure`). `size` orders cases of one priority. `asked`: whom to ask when it is not the
    leader of the entity: a person's code. `team`: the TL whose SPV is meant. `agrees`: ids of the agrees it is about.
    """

    rule: str
    entity: str
    level: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    words: Mapping[str, Word] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    gain: Gain | None = None
    check: Check = field(default_factory=Check)
    size: float = 0.0
    asked: str = ""
    is_restricted: bool = False
    team: str = ""
    agrees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """One segment as the rules see it. `level`, `entity`: whom the report is about, the site or one leader.

    `figures`: all registered ones by id. `tables`: those of the findings, of this segment alone. `actual`: the KPI of
    the basis. `cutoff`: when the verdicts of the month are final. `missing`: the tables that no file covers today.
    `integrity`: see there; never printed. `earlier`: by the time of their first raise. `agrees`: those that R16 and R21
    are about, by rule. `read_on`: the day on which a month's report is read. `most`: how many recommendations are shown
    besides compliance.
    """

    segment: str
    level: str
    entity: str
    day: dt.date
    is_whole_day: bool
    calendar: WorkCalendar
    rulebook: Rulebook
    figures: Mapping[str, Figure]
    tables: Mapping[str, pd.DataFrame]
    cutoff: dt.datetime
    actual: str = "K17"
    max_attempts_day: int = 3
    missing: Sequence[str] = ()
    integrity: pd.DataFrame = field(default_factory=pd.DataFrame)
    earlier: Sequence[Earlier] = ()
    agrees: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_on: dt.date | None = None
    most: int = int(GENERAL["daily_most"])

    def limit(self, rule: str, name: str) -> float:
        """Return a threshold of a rule."""
        return self.rulebook.limit(rule, name)

    @property
    def min_n(self) -> float:
        """The fewest cases from which a rate is spoken of."""
        return self.rulebook.general[MIN_N]

    @property
    def focus(self) -> str:
        """Whom the report is about, as figures name it."""
        return entity_name(self.level, self.entity)

    def get(self, kpi: str, window: str = "mtd", name: str | None = None, part: str = "") -> Figure | None:
        """Return a registered figure that is available, else None; `name`: as figures name it, else whom it is about.

        Source of every number that a rule reads: what is not there keeps the rule silent.
        """
        found = self.figures.get(figure_id(self.segment, kpi, window, self.focus if name is None else name, part))
        return None if found is None or found.is_na else found

    def value(self, kpi: str, window: str = "mtd", name: str | None = None, part: str = "") -> float:
        """Return the value of a figure; not available: NaN."""
        found = self.get(kpi, window, name, part)
        return math.nan if found is None else found.value

    def of_level(self, kpi: str, window: str, level: str) -> dict[str, Figure]:
        """Return the available figures of a KPI at a level, by entity, in the order of their codes."""
        mine = [
            figure for figure in self.figures.values()
            if figure.kpi == kpi and figure.window == window and figure.level == level and not figure.part
            and figure.segment == self.segment and not figure.is_na
        ]  # fmt: skip
        return {figure.entity: figure for figure in sorted(mine, key=lambda figure: figure.entity)}

    def heaviest_team(self, kpi: str, window: str) -> tuple[str, Figure] | None:
        """Return the team below with most cases of a count or a rate; fewer than two teams, or no case: None."""
        led = set(self.tables["teams"]["entity"]) - {UNMAPPED_ENTITY}
        teams = {name: one for name, one in self.of_level(kpi, window, "tl").items() if name in led}
        if len(teams) < 2 or self.level == "tl":
            return None
        name = min(teams, key=lambda name: (-teams[name].numerator, name))
        return (name, teams[name]) if teams[name].numerator > 0 else None

    def parts(self, kpi: str, window: str, kind: str) -> dict[str, Figure]:
        """Return the available figures of a KPI by slice (`hour`, `result`), by its code."""
        mine = (
            figure for figure in self.figures.values()
            if figure.kpi == kpi and figure.window == window and figure.part.startswith(f"{kind}:")
            and (figure.segment, figure.level, figure.entity) == (self.segment, self.level, self.entity)
            and not figure.is_na
        )  # fmt: skip
        return {figure.part.partition(":")[2]: figure for figure in sorted(mine, key=lambda figure: figure.part)}

    def made(self, rule: str, kpi: str, value: float, **of: float | str) -> Figure:
        """Return a number that a rule makes itself, as a figure to register: kpi of `model.reported`, part `rule:R01`.

        `of`: `numerator`, `denominator`; `entity` and `level` where it is about somebody else.
        """
        unit, decimals = about(kpi)
        level, entity = str(of.get("level", self.level)), str(of.get("entity", self.entity))
        part = f"rule:{rule}"
        return Figure(
            id=figure_id(self.segment, kpi, "mtd", entity_name(level, entity), part),
            kpi=kpi,
            segment=self.segment,
            level=level,
            entity=entity,
            window="mtd",
            first_day=self.day.replace(day=1),
            last_day=self.day,
            value=float(value),
            unit=unit.value,
            decimals=decimals,
            numerator=float(of.get("numerator", value)),
            denominator=float(of.get("denominator", math.nan)),
            part=part,
        )

    def threshold(self, rule: str, name: str) -> Figure:
        """Return a threshold as a figure to register: `threshold_rate` for shares, else `threshold`."""
        kpi = "threshold_rate" if name.endswith("_rate") else "threshold"
        made = self.made(rule, kpi, self.limit(rule, name))
        part = f"rule:{rule}-{name}"
        return replace(made, part=part, id=figure_id(self.segment, kpi, "mtd", self.focus, part))

    @property
    def read_day(self) -> dt.date:
        """The day on which the report is read: `read_on`, else the next working day, of a day under way that day."""
        if self.read_on is not None:
            return self.read_on
        return self.calendar.next_workday(self.day) if self.is_whole_day else self.day

    @property
    def is_month_over(self) -> bool:
        """Tell whether the month has ended when the report is read: its list can be worked no more."""
        return self.read_day.month != self.day.month

    @property
    def is_missed(self) -> bool:
        """Tell whether there is a target to date and it is not reached."""
        return self.value("K19") < 1

    @property
    def is_met(self) -> bool:
        """Tell whether there is a target to date and it is reached."""
        return self.value("K19") >= 1
