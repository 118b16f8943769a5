"""The tables of agents: the five with the best agree rate, and all of them in the order of their codes (section 3)."""

from __future__ import annotations

from collections.abc import Sequence

from caringmon.report.own_counts import counts
from caringmon.report.reading import Agent, Reader
from caringmon.report.tables.fields import (
    Field,
    dropped_notes,
    field_cells,
    field_columns,
    field_figures,
    field_groups,
    known_fields,
)
from caringmon.report.tables.grids import Column, Grid, Row, na_notes
from caringmon.report.wording import Sentence, say


def best_agents_grid(reader: Reader) -> Grid:
    """Return the five agents with the best shrunken agree rate of the month; those below the least number: never."""
    best = reader.best_agents
    caption = say("table.best_agents", count=counts(reader)["agents_best"])
    return _grid(reader, caption, best)


def agents_grid(reader: Reader) -> Grid:
    """Return all agents in the order of their codes; an order by rate would blame."""
    return _grid(reader, say("table.every_agent"), reader.agents)


def _grid(reader: Reader, caption: Sentence, agents: Sequence[Agent]) -> Grid:
    actual = reader.actual
    every = (
        Field("col.dials", "K05", "day"),
        Field("col.contacts", "K09", "day", "numerator"),
        Field("col.rpc", "K11", "day", "numerator"),
        Field(f"col.{actual}", actual, "day", strong=True),
        Field("col.rpc", "K11", "mtd", "numerator"),
        Field(f"col.{actual}", actual, "mtd"),
        Field("col.shrunken", "K14.shrunken", "mtd", strong=True),
        Field("col.achievement", "K19", "mtd"),
        Field("col.attendance", "K26", "mtd"),
        Field("col.login_hours", "login_hours", "mtd"),
        Field("col.per_hour", "K21.per_hour", "mtd"),
    )
    names = [agent.name for agent in agents]
    fields = known_fields(reader, every, names)
    rows = tuple(Row(agent.entity, (agent.team or None, *field_cells(reader, fields, agent.name))) for agent in agents)
    groups = field_groups(reader, fields)
    wanted = [(kpi, "mtd", name) for kpi in ("K19", "K26") for name in names[:1]]
    return Grid(
        reader.name,
        caption,
        say("col.agent"),
        (Column(say("col.team"), "text"), *field_columns(fields)),
        rows,
        (),
        dropped_notes(reader, fields, wanted) + na_notes(field_figures(reader, fields, names)),
        ((None, 1), *groups),
    )
