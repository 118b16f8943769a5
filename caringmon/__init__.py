"""caringmon: agree against target for caring calls, explained and reproducible.

`import caringmon as cm` offers what the notebooks use. Names are loaded when first used, so that the command line
starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caringmon.answers import GapQuery, KpiQuery, gap, kpi
    from caringmon.params import read_params
    from caringmon.pipeline import analyse, gather, hand_over
    from caringmon.report.followup_sections import (
        show_board,
        show_effects,
        show_log,
        show_progress,
        show_recurrence,
        show_returns,
    )
    from caringmon.report.monthly_sections import (
        show_month_achievement,
        show_month_advice,
        show_month_calls,
        show_month_first_page,
        show_month_header,
        show_month_outcomes,
        show_month_requirements,
        show_month_work,
    )
    from caringmon.report.sections import (
        show_advice,
        show_agents,
        show_calls,
        show_data_notes,
        show_definitions,
        show_first_page,
        show_followup,
        show_funnel,
        show_header,
        show_open_work,
        show_teams,
    )

_SECTIONS = (
    "header",
    "first_page",
    "teams",
    "agents",
    "funnel",
    "calls",
    "open_work",
    "advice",
    "followup",
    "data_notes",
    "definitions",
)
_OF_FOLLOWUP = ("board", "returns", "progress", "effects", "recurrence", "log")
_MONTH_SECTIONS = (
    "header",
    "first_page",
    "achievement",
    "work",
    "calls",
    "outcomes",
    "advice",
    "requirements",
)
_HOME = {
    "GapQuery": "caringmon.answers",
    "KpiQuery": "caringmon.answers",
    "gap": "caringmon.answers",
    "kpi": "caringmon.answers",
    "read_params": "caringmon.params",
    "gather": "caringmon.pipeline",
    "analyse": "caringmon.pipeline",
    "hand_over": "caringmon.pipeline",
    **{f"show_{section}": "caringmon.report.sections" for section in _SECTIONS},
    **{f"show_{section}": "caringmon.report.followup_sections" for section in _OF_FOLLOWUP},
    **{f"show_month_{section}": "caringmon.report.monthly_sections" for section in _MONTH_SECTIONS},
}

__all__ = [
    "GapQuery",
    "KpiQuery",
    "analyse",
    "gap",
    "gather",
    "hand_over",
    "kpi",
    "read_params",
    "show_advice",
    "show_agents",
    "show_board",
    "show_calls",
    "show_data_notes",
    "show_definitions",
    "show_effects",
    "show_first_page",
    "show_followup",
    "show_funnel",
    "show_header",
    "show_log",
    "show_month_achievement",
    "show_month_advice",
    "show_month_calls",
    "show_month_first_page",
    "show_month_header",
    "show_month_outcomes",
    "show_month_requirements",
    "show_month_work",
    "show_open_work",
    "show_progress",
    "show_recurrence",
    "show_returns",
    "show_teams",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'caringmon' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
