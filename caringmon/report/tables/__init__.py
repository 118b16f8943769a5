"""The tables of the daily report, described once: page and workbook print the same rows, columns and notes."""

from caringmon.report.tables.agents import agents_grid, best_agents_grid
from caringmon.report.tables.calls import hours_grid, results_grid
from caringmon.report.tables.days import all_days_grid, ten_days_grid
from caringmon.report.tables.followed import followed_grid, followed_lines, followed_notes
from caringmon.report.tables.funnel import FUNNEL_WINDOWS, funnel_grid, funnel_stages
from caringmon.report.tables.gap import gap_grid, gap_parts_grid
from caringmon.report.tables.grids import Bar, Cell, Column, Grid, Row, bullet, na_notes, window_label
from caringmon.report.tables.open_work import due_grid, kept_grid, quality_grid, reach_grid, taps_grid
from caringmon.report.tables.teams import team_grid, team_name

__all__ = [
    "FUNNEL_WINDOWS",
    "Bar",
    "Cell",
    "Column",
    "Grid",
    "Row",
    "agents_grid",
    "all_days_grid",
    "best_agents_grid",
    "bullet",
    "due_grid",
    "followed_grid",
    "followed_lines",
    "followed_notes",
    "funnel_grid",
    "funnel_stages",
    "gap_grid",
    "gap_parts_grid",
    "hours_grid",
    "kept_grid",
    "na_notes",
    "quality_grid",
    "reach_grid",
    "results_grid",
    "taps_grid",
    "team_grid",
    "team_name",
    "ten_days_grid",
    "window_label",
]
