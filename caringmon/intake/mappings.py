"""Mapping files: how a foreign file that knows less than we ask is read as one of our tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from caringmon.errors import ParameterError, did_you_mean
from caringmon.model.contracts import Table
from caringmon.model.tables import TABLES

# What a kind of file may lack by design; the figures that need it are then not available, with that reason.
CAN_BE_ABSENT = (
    "agents",
    "services",
    "assignments",
    "roster",
    "time_of_day",
    "contact",
    "qc",
    "targets",
    "promises",
    "payments",
    "attendance",
)


class FileMapping(BaseModel):
    """One file of `params/mappings/`; it applies to a sheet that has all the headers it names.

    `columns`: ours → theirs. `constants`: a value for every row. `words`: per column, their word → our value.
    `attempt_id`, `service_no`: each row is its own, `<name>:<source_row>`. `called_at: date`: no time of day.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    name: str
    table: str
    columns: dict[str, str] = Field(min_length=1)
    constants: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    attempt_id: Literal["row_number"] | None = None
    service_no: Literal["row_number"] | None = None
    called_at: Literal["date"] | None = None
    absent_by_design: list[str] = []

    @property
    def numbered(self) -> tuple[str, ...]:
        """The columns whose value is the number of the row."""
        return tuple(name for name in ("attempt_id", "service_no") if getattr(self, name))


def read_mapping(name: str, content: Mapping[str, object]) -> FileMapping:
    """Return the mapping of a parameter file whose values were read as text.

    Unknown keys, tables and columns, and a required column without a source: ParameterError naming them.
    """
    source = f"mappings/{name}.yml"
    known = [key for key in FileMapping.model_fields if key != "name"]
    _refuse_unknown(content, known, source, "key")
    try:
        mapping = FileMapping.model_validate({**content, "name": name})
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ParameterError(f"{source}: {key}: {first['msg'].lower()}") from None
    _refuse_unknown([mapping.table], list(TABLES), source, "table")
    _refuse_unknown(mapping.absent_by_design, CAN_BE_ABSENT, source, "word in absent_by_design")
    table = TABLES[mapping.table]
    columns = [column.name for column in table.columns]
    for named in (mapping.columns, mapping.constants, mapping.words, mapping.numbered):
        _refuse_unknown(named, columns, source, f"column of {table.name}")
    _refuse_incomplete(mapping, table, source)
    return mapping


def _refuse_incomplete(mapping: FileMapping, table: Table, source: str) -> None:
    given = {*mapping.columns, *mapping.constants, *mapping.numbered}
    for column in table.columns:
        if column.required and column.name not in given and not given & set(column.derived_from):
            raise ParameterError(
                f"{source}: {column.name} of {table.name} has no source; name it under columns or constants"
            )


def _refuse_unknown(names: object, known: list[str] | tuple[str, ...], source: str, what: str) -> None:
    for name in names if isinstance(names, (Mapping, list, tuple)) else ():
        if name not in known:
            raise ParameterError(f"{source}: unknown {what} '{name}'.{did_you_mean(str(name), known)}")
