"""Typed text: what a person writes as a parameter → a date, a month, a time, one of some words; or why it is none."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator

from caringmon.errors import did_you_mean
from caringmon.model.audience import Audience


def _text(value: object, example: str) -> str:
    """Return the value if it is text; YAML and papermill turn unquoted dates and times into other things."""
    if isinstance(value, str):
        return value
    kinds = {bool: "truth value", int: "number", float: "number", dt.date: "date", type(None): "empty value"}
    kind = kinds.get(type(value), type(value).__name__)
    raise ValueError(f"must be text, got the {kind} {value}. Quote it in YAML: {example}")


def _iso_date(value: object) -> object:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        raise ValueError(f'must be text, got the date {value}. Quote it in YAML: "{value}"')
    text = _text(value, '"2022-10-18"')
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"must be a date written YYYY-MM-DD, for example 2022-10-18; got {text!r}")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"must be a date that exists; got {text!r}") from None


def _clock_time(value: object) -> object:
    text = _text(value, '"17:00"')
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", text):
        raise ValueError(f"must be a time between 00:01 and 24:00 written HH:MM; got {text!r}")
    if text == "00:00":
        raise ValueError("must be later than 00:00, which leaves nothing of the day; the whole day is 24:00")
    return dt.time.max if text == "24:00" else dt.time.fromisoformat(text)


def word(*allowed: str) -> BeforeValidator:
    """Return the check of a word against a list."""

    def check(value: object) -> str:
        text = _text(value, f'"{allowed[0]}"')
        if text in allowed:
            return text
        hint = did_you_mean(text, allowed) or did_you_mean(text.upper(), allowed)
        raise ValueError(f"must be one of {', '.join(allowed)}; got {text!r}.{hint}")

    return BeforeValidator(check)


def _audience(value: object) -> str:
    text = _text(value, '"all"')
    try:
        return str(Audience.of(text))
    except ValueError:
        hint = did_you_mean(text, ("all", "manager", "spv:", "tl:"))
        raise ValueError(f"must be all, manager, spv:CODE or tl:CODE; got {text!r}.{hint}") from None


def _month(value: object) -> str:
    text = _text(value, '"2022-10"')
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) or text.startswith("0000"):
        raise ValueError(f"must be a month written YYYY-MM, for example 2022-10; got {text!r}")
    return text


def time_text(time: dt.time) -> str:
    """Return `HH:MM`; the end of the day is 24:00."""
    return "24:00" if time == dt.time.max else f"{time:%H:%M}"


IsoDate = Annotated[dt.date, BeforeValidator(_iso_date)]
ClockTime = Annotated[dt.time, BeforeValidator(_clock_time)]
Month = Annotated[str, BeforeValidator(_month)]
AudienceText = Annotated[str, BeforeValidator(_audience)]
