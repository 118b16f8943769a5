"""A report that did not come out (GAGAL TERBIT): why, and what has to be done so that it can."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from caringmon.errors import Reason
from caringmon.model.recommendation import Said


@dataclass(frozen=True)
class Ask:
    """What somebody has to do before a report can come out.

    `rule`: the rule that says so, R26 or R27; empty: the reason itself does. `said`: the keys of its sentences, in
    order. `owner_role`: a role of the roster, or `ANALYST`. `is_needed`: without it no report; else it comes out
    provisional (SEMENTARA).
    """

    rule: str
    said: tuple[Said, ...]
    owner_role: str
    due: dt.date
    is_needed: bool = True


@dataclass(frozen=True)
class Failure:
    """One report that did not come out, as it was asked for, with its latest reason.

    `title` names the form or work instruction. `at`: when it was tried last, in WIB; `first_at`: when first, since it
    last came out; `attempts`: how often since then.
    """

    report: str
    title: str
    segment: str
    period: str
    parameters: Mapping[str, str]
    reason: Reason
    asks: tuple[Ask, ...]
    at: dt.datetime
    first_at: dt.datetime
    attempts: int = 1
