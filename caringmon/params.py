"""Parameters and settings: text from YAML, the command line or a notebook → frozen, checked values."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from caringmon.errors import ParameterError, did_you_mean
from caringmon.model.codes import Segment
from caringmon.model.period import Period
from caringmon.typed import AudienceText, ClockTime, IsoDate, Month, time_text, word

_STRICT = ConfigDict(strict=True, frozen=True, extra="forbid")


class Daily(BaseModel):
    """Parameters of the daily evaluation report."""

    model_config = _STRICT
    report: ClassVar[str] = "daily"

    report_date: IsoDate
    segment: Annotated[str, word("ALL", *Segment)] = "ALL"
    audience: AudienceText = "all"
    achievement_basis: Annotated[str, word("net", "valid", "gross")] = "net"
    cut_time: ClockTime = dt.time.max
    reference: Annotated[str, word("last_month", "plan", "baseline")] = "last_month"
    lang: Annotated[str, word("id", "en")] = "id"

    @property
    def period(self) -> str:
        """The period as folders and titles name it."""
        return self.report_date.isoformat()

    def as_text(self) -> dict[str, str]:
        """Return the values as a person writes them, in the order of the parameter file."""
        text = {name: str(value) for name, value in self.model_dump().items()}
        return text | {"cut_time": time_text(self.cut_time)}


class Monthly(BaseModel):
    """Parameters of the monthly evaluation F-01: `report_date` is the last day of its month."""

    model_config = _STRICT
    report: ClassVar[str] = "f01"
    audience: ClassVar[str] = "all"
    cut_time: ClassVar[dt.time] = dt.time.max

    period: Month
    segment: Annotated[str, word(Segment.PRANPC, Segment.CT0)] = Segment.PRANPC.value
    achievement_basis: Annotated[str, word("valid", "net", "gross")] = "valid"
    reference: Annotated[str, word("last_month", "plan")] = "last_month"
    lang: Annotated[str, word("id", "en")] = "id"

    @property
    def report_date(self) -> dt.date:
        """The last day of the month."""
        return Period.month(dt.date.fromisoformat(f"{self.period}-01")).last_day

    def as_text(self) -> dict[str, str]:
        """Return the values as a person writes them, in the order of the parameter file."""
        return {name: str(value) for name, value in self.model_dump().items()}


class Followup(BaseModel):
    """Parameters of the report on recommendations, W-03 and its operations twin."""

    model_config = _STRICT
    report: ClassVar[str] = "w03"
    audience: ClassVar[str] = "all"
    cut_time: ClassVar[dt.time] = dt.time.max
    achievement_basis: ClassVar[str] = "net"
    reference: ClassVar[str] = "last_month"

    report_date: IsoDate
    segment: Annotated[str, word("ALL", *Segment)] = "ALL"
    lang: Annotated[str, word("id", "en")] = "id"

    @property
    def period(self) -> str:
        """The period as folders and titles name it."""
        return self.report_date.isoformat()

    def as_text(self) -> dict[str, str]:
        """Return the values as a person writes them, in the order of the parameter file."""
        return {name: str(value) for name, value in self.model_dump().items()}


Report = Daily | Monthly | Followup


def segments_of(report: Report) -> tuple[str, ...]:
    """Return the segments that a report is asked for, in the order of their sections."""
    return tuple(segment.value for segment in Segment) if report.segment == "ALL" else (report.segment,)


class QcSettings(BaseModel):
    """When the QC verdicts of a month are final, and how often a claim may return."""

    model_config = _STRICT
    cutoff_workday: int = Field(default=3, ge=1, le=20)
    cutoff_time: ClockTime = dt.time(17)
    max_return_rounds: int = Field(default=2, ge=0, le=9)


class CalendarSettings(BaseModel):
    """What a working day is; `version` is printed in every report."""

    model_config = _STRICT
    version: str = "2026-1"
    workweek: list[Annotated[int, Field(ge=1, le=7)]] = Field(default=[1, 2, 3, 4, 5, 6], min_length=1)
    cuti_bersama: Literal["work", "off"] = "work"
    working_hours: list[ClockTime] = Field(default=[dt.time(8), dt.time(17)], min_length=2, max_length=2)


class PaymentSettings(BaseModel):
    """When a promise is due and kept: days, and the share of what is owed that is enough."""

    model_config = _STRICT
    grace_days: int = Field(default=3, ge=0, le=31)
    tolerance: float = Field(default=0.95, gt=0, le=1)
    feed_lag_days: int = Field(default=2, ge=0, le=31)
    late_days: int = Field(default=30, ge=0, le=366)


class LimitSettings(BaseModel):
    """When customers may be called on their own clock, and whose clock holds where none is known.

    `drop_talk_is_rpc`: whether a call cut off while talking (C04) reached the right party. `max_attempts_day`: dials
    of one service on one day that are still allowed.
    """

    model_config = _STRICT
    allowed_hours: list[ClockTime] = Field(default=[dt.time(8), dt.time(20)], min_length=2, max_length=2)
    tz_default: Literal["WIB", "WITA", "WIT"] = "WIB"
    drop_talk_is_rpc: bool = False
    max_attempts_day: int = Field(default=3, ge=1, le=99)


class StatsSettings(BaseModel):
    """What statistics start from: the seed of random draws, how much an interval covers, days of a baseline."""

    model_config = _STRICT
    seed: int = Field(default=0, ge=0)
    coverage: float = Field(default=0.95, gt=0.5, lt=1)
    gap_baseline_days: int = Field(default=20, ge=2, le=60)


class DeadlineSettings(BaseModel):
    """Until when data count for a report."""

    model_config = _STRICT
    data_deadline: ClockTime = dt.time(8)


class Settings(BaseModel):
    """`params/settings.yml`: what all reports share.

    `absent_by_design`: optional tables that this operation has no source of; nobody waits for them.
    """

    model_config = _STRICT
    qc: QcSettings = QcSettings()
    calendar: CalendarSettings = CalendarSettings()
    payments: PaymentSettings = PaymentSettings()
    limits: LimitSettings = LimitSettings()
    rebalance: bool = False
    deadlines: DeadlineSettings = DeadlineSettings()
    absent_by_design: list[Literal["targets", "qc", "payments", "attendance"]] = []
    stats: StatsSettings = StatsSettings()


Model = TypeVar("Model", bound=BaseModel)

REPORTS: dict[str, type[Daily] | type[Monthly] | type[Followup]] = {"daily": Daily, "w03": Followup, "f01": Monthly}


def report_parameters(report: str, *sources: tuple[str, Mapping[str, object]]) -> Report:
    """Return the checked parameters of a report. Anything unknown or impossible: ParameterError naming the key.

    `sources`: (name, values) pairs; a later one overrides, and a mistake is reported with the name of its source.
    """
    model = REPORTS[report]
    merged: dict[str, object] = {}
    origin: dict[str, str] = {}
    for source, values in sources:
        _refuse_unknown(values, model.model_fields, source)
        merged.update(values)
        origin.update(dict.fromkeys(values, source))
    return _checked(model, merged, origin, sources[0][0])


def read_params(report: str, namespace: Mapping[str, object], cells: Sequence[str]) -> Report:
    """Return the checked parameters that a notebook's first cells have set.

    `namespace` is the notebook's `globals()`, `cells` its `In`: what papermill injected, and what the notebook's own
    parameters cell assigns, is found in the source of the cells that begin with `# Parameters`.
    Anything unknown or impossible: ParameterError, one line, naming the key.
    """
    assigned = {
        target.id
        for cell in cells
        if cell.lstrip().startswith("# Parameters")
        for node in ast.parse(cell).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return report_parameters(report, ("params", {name: namespace[name] for name in sorted(assigned)}))


def read_yaml_as_text(path: Path) -> dict[str, object]:
    """Return a parameter file with every value as the text that was typed (17:00 stays 17:00).

    A missing file, broken YAML, a repeated key, or a file that is no list of `key: value`: ParameterError.
    """
    return _mapping(path, _TextLoader)


def parameter_text(path: Path) -> str:
    """Return the text of a parameter file, without a byte order mark.

    Not there, not readable, not UTF-8: ParameterError naming it.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ParameterError(f"{path.name}: there is no such file; name another with -f") from None
    except OSError:
        raise ParameterError(f"{path.name}: it cannot be read; is it a file, and yours?") from None
    except UnicodeDecodeError:
        raise ParameterError(f"{path.name}: not UTF-8 text; save it as UTF-8") from None


def read_settings(path: Path) -> Settings:
    """Return the settings of `params/settings.yml`; a missing file gives the defaults."""
    values = _mapping(path, _UniqueLoader) if path.exists() else {}
    _refuse_unknown(values, Settings.model_fields, path.name)
    return _checked(Settings, values, {}, path.name)


def _refuse_unknown(values: Mapping[str, object], known: Iterable[str], source: str) -> None:
    for name in values:
        if name not in known:
            raise ParameterError(f"{source}: unknown parameter '{name}'.{did_you_mean(name, known)}")


def _checked(model: type[Model], values: Mapping[str, object], origin: Mapping[str, str], source: str) -> Model:
    try:
        return model.model_validate(dict(values))
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    where = origin.get(key, source)
    if first["type"] == "missing":
        raise ParameterError(f"{where}: {key} is missing; give it a value")
    if first["type"] == "extra_forbidden":
        raise ParameterError(f"{where}: unknown parameter '{key}'")
    reason = first["msg"].removeprefix("Value error, ")
    raise ParameterError(f"{where}: {key} {reason[:1].lower()}{reason[1:]}")


class _UniqueLoader(yaml.SafeLoader):
    """Safe YAML that refuses a repeated key instead of keeping the last."""


class _TextLoader(yaml.BaseLoader):
    """The same with every scalar as text."""


def _unique_mapping(loader: Any, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=deep)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, "a key is a word", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"'{key}' stands twice", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


for _loader in (_UniqueLoader, _TextLoader):
    _loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def _mapping(path: Path, loader: type[yaml.SafeLoader] | type[yaml.BaseLoader]) -> dict[str, object]:
    try:
        content = yaml.load(parameter_text(path), Loader=loader)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise ParameterError(f"{path.name}{where}: {getattr(problem, 'problem', 'not YAML')}") from None
    if content is None or content == "":
        return {}
    if not isinstance(content, dict):
        raise ParameterError(f"{path.name}: expected lines of 'key: value'")
    return content
