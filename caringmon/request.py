"""Parameters and settings → what a report is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from caringmon.model.audience import Audience
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Request
from caringmon.model.rulebook import Rulebook
from caringmon.model.tables import TABLES
from caringmon.params import Report, Settings, segments_of
from caringmon.settings import (
    call_hours,
    promise_rules,
    workspace_calendar,
    workspace_rulebook,
    workspace_settings,
    workspace_sources,
    workspace_zones,
)


def request_in(workspace: Path, parameters: Report) -> tuple[Request, WorkCalendar]:
    """Return what the report is asked for in a workspace, and its calendar; a mistake in a file: ParameterError."""
    settings, zones = workspace_settings(workspace), workspace_zones(workspace)
    request = request_of(parameters, settings, workspace_sources(workspace), zones, workspace_rulebook(workspace))
    return request, workspace_calendar(workspace, settings.calendar)


def request_of(
    parameters: Report, settings: Settings, sources: Mapping[str, str], zones: Mapping[str, int], rulebook: Rulebook
) -> Request:
    """Return what the report is asked for: its parameters, and the settings that apply to it."""
    return Request(
        audience=Audience.of(parameters.audience),
        report=parameters.report,
        period=parameters.period,
        report_date=parameters.report_date,
        cut_time=parameters.cut_time,
        segments=segments_of(parameters),
        basis=parameters.achievement_basis,
        lang=parameters.lang,
        data_deadline=settings.deadlines.data_deadline,
        qc_cutoff_workday=settings.qc.cutoff_workday,
        qc_cutoff_time=settings.qc.cutoff_time,
        max_return_rounds=settings.qc.max_return_rounds,
        promises=promise_rules(settings),
        hours=call_hours(settings, zones),
        rebalance=settings.rebalance,
        drop_talk_is_rpc=settings.limits.drop_talk_is_rpc,
        max_attempts_day=settings.limits.max_attempts_day,
        reference=parameters.reference,
        gap_baseline_days=settings.stats.gap_baseline_days,
        seed=settings.stats.seed,
        coverage=settings.stats.coverage,
        parameters={**parameters.as_text(), **_printed(settings, sources, zones, rulebook)},
        rulebook=rulebook,
    )


def _printed(
    settings: Settings, sources: Mapping[str, str], zones: Mapping[str, int], rulebook: Rulebook
) -> dict[str, str]:
    """Return every shared setting under its printed name."""
    ahead = sorted((witel, hours) for witel, hours in zones.items() if hours)
    return {
        "qc.cutoff": f"{settings.qc.cutoff_workday} / {settings.qc.cutoff_time:%H:%M}",
        "qc.max_return_rounds": str(settings.qc.max_return_rounds),
        "payments": ", ".join(f"{name} {value}" for name, value in settings.payments),
        "rebalance": str(settings.rebalance).lower(),
        "drop_talk_is_rpc": str(settings.limits.drop_talk_is_rpc).lower(),
        "stats": ", ".join(f"{name} {value}" for name, value in settings.stats),
        "allowed_hours": "-".join(f"{time:%H:%M}" for time in settings.limits.allowed_hours),
        "zones": f"{settings.limits.tz_default}, {', '.join(f'{name} +{hours}' for name, hours in ahead)}",
        "max_attempts_day": str(settings.limits.max_attempts_day),
        "calendar": f"{settings.calendar.version}, {settings.calendar.workweek}, {settings.calendar.cuti_bersama}",
        "working_hours": "-".join(f"{time:%H:%M}" for time in settings.calendar.working_hours),
        "data_deadline": f"{settings.deadlines.data_deadline:%H:%M}",
        "sources": ", ".join(f"{table} {system}" for table, system in sources.items() if not TABLES[table].is_state),
        "absent_by_design": ", ".join(settings.absent_by_design) or "-",
        "rules": rulebook.changes or "-",
    }
