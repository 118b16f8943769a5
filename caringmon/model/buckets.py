"""Unpaid bills → arrears label and segment, and the days of the month that end a bucket (1-domain, section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from caringmon.errors import ParameterError

OUT_OF_SCOPE = "OUT_OF_SCOPE"
_BEYOND = ">="

Label = Literal["N", "N+1", "N+2", "N+3"]
BucketSegment = Literal["CT0", "PRANPC", "C3MR", "OUT_OF_SCOPE"]
Count = Annotated[str, Field(pattern=r"^(>=)?[1-9]\d?$")]
Day = Annotated[int, Field(ge=1, le=31)]
Pair = Annotated[tuple[Label, BucketSegment], BeforeValidator(lambda value: tuple(value) if value else value)]


class Cleansing(BaseModel):
    """When the record of a customer ends: the day, so many months after the oldest unpaid bill."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    month_offset: Annotated[int, Field(ge=1, le=12)]
    day: Day


class Buckets(BaseModel):
    """`params/buckets.yml`. `buckets`: 1, 2, … and, last, >=k → label and segment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    buckets: dict[Count, Pair] = Field(min_length=1)
    due_day: Day
    isolir_day: Day
    ct0_cabut_day: Day
    cleansing: Cleansing

    @model_validator(mode="after")
    def _without_gaps(self) -> Buckets:
        last = len(self.buckets)
        expected = [*(str(count) for count in range(1, last)), f"{_BEYOND}{last}"]
        if list(self.buckets) != expected:
            raise ValueError(f"name the counts in order and without gaps: {', '.join(expected)}")
        return self

    def of(self, unpaid_bills: int) -> tuple[str, str] | None:
        """Return the label and the segment of so many unpaid bills; of none: None."""
        if unpaid_bills < 1:
            return None
        last = len(self.buckets)
        return self.buckets[str(unpaid_bills) if unpaid_bills < last else f"{_BEYOND}{last}"]


def read_buckets(content: Mapping[str, object], source: str) -> Buckets:
    """Return the buckets of a parameter file; anything unknown, missing or impossible: ParameterError naming it."""
    try:
        return Buckets.model_validate(dict(content))
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    raise ParameterError(f"{source}: {key or 'buckets'}: {reason[:1].lower()}{reason[1:]}")
