"""The tables of the register, all of them, so that whoever opens it makes it whole.

Another table, or column, is another `SCHEMA_VERSION`; a register of an older one gains what it lacks when it is opened.
"""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = 1
METADATA = sa.MetaData()
_CODE = sa.String(64)
SCHEMA = sa.Table("register_schema", METADATA, sa.Column("version", sa.Integer, primary_key=True))
RECOMMENDATIONS = sa.Table(
    "recommendations",
    METADATA,
    sa.Column("rec_id", _CODE, primary_key=True),
    sa.Column("segment", _CODE, nullable=False),
    sa.Column("period", _CODE, nullable=False),
    sa.Column("rule_id", _CODE, nullable=False),
    sa.Column("origin", _CODE, nullable=False),
    sa.Column("entity_level", _CODE, nullable=False),
    sa.Column("entity_id", _CODE, nullable=False),
)
EVENTS = sa.Table(
    "recommendation_events",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("rec_id", _CODE, sa.ForeignKey("recommendations.rec_id"), nullable=False, index=True),
    sa.Column("kind", _CODE, nullable=False),
    sa.Column("at", sa.String(27), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("from_status", _CODE, nullable=False),
    sa.Column("to_status", _CODE, nullable=False),
    sa.Column("happened_on", sa.String(10), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("evidence_ref", sa.Text, nullable=False),
    sa.Column("measured_value", sa.Double),
    # What a report said of it, as JSON: the recommendation, its words and the numbers of its evidence.
    sa.Column("raised", sa.Text),
    sqlite_autoincrement=True,
)
