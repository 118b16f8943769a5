"""What a team leader works off today, service by service: the lists behind the counts of the daily's sections 7 to 9.

Rows hold pseudonyms and codes; whoever writes the restricted file puts the numbers in their place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.claim_counts import claims_by_entity, open_returns
from caringmon.analysis.day_counts import LIMIT_DAY, DayRules, near_limit
from caringmon.analysis.entities import held_by_entity
from caringmon.analysis.relations import Relations
from caringmon.analysis.rule_counts import RuleDays, broken_promises
from caringmon.analysis.untouched import untouched_flags
from caringmon.model.period import ONE_DAY, Period, Window

NEAR_LIMIT, BROKEN, UNTOUCHED, RETURN = "near_limit", "broken", "untouched", "return"
# What must be known for each list, in the order of the sheets.
LISTS: Mapping[str, tuple[str, ...]] = {
    NEAR_LIMIT: ("calls", "services", "assignments", "contact"),
    BROKEN: ("calls", "services", "promises", "payments"),
    UNTOUCHED: ("calls", "services", "assignments"),
    RETURN: ("calls", "services", "qc"),
}
ACTION_COLUMNS = ["list", "segment", "team", "service_no", "agent_id", "amount", "reason", "detail", "due"]
_ROW = ["segment", "team", "service_no", "agent_id", "amount", "dated", "reason", "detail"]


@dataclass(frozen=True)
class ActionDays:
    """The day that the lists are made of, what counts as due, and in how many working days work is to be done.

    `untouched_days`: until a service of the list is called for the first time; `returns` holds the days for a return.
    """

    day: DayRules
    returns: RuleDays
    untouched_days: int


def action_lists(relations: Relations, days: ActionDays) -> pd.DataFrame:
    """Return a row per thing to do (`ACTION_COLUMNS`), by list, team, due date, and the larger amount first.

    `amount`: rupiah, arrears or what is still owed. `reason`: a code, `detail` the code of the return's reason or a
    number of working days as text. `due`: the day by which it is to be done, which may be past: the cut-off day of
    CT-0, the working day after a break is known, the last of the working days for a first call or for a return.
    The rows of each list are those that the daily counts; broken promises also hold those called since.
    """
    dated = {
        NEAR_LIMIT: _near_limit(relations, days),
        BROKEN: _broken(relations, days),
        UNTOUCHED: _untouched(relations, days),
        RETURN: _returns(relations, days),
    }
    rows = pd.concat([frame.assign(list=name) for name, frame in dated.items()], ignore_index=True)
    place = {name: number for number, name in enumerate(LISTS)}
    ordered = rows.assign(place=rows["list"].map(place), size=-rows["amount"]).sort_values(
        ["place", "team", "due", "size", "service_no"], kind="stable", ignore_index=True
    )
    return ordered[ACTION_COLUMNS]


def _near_limit(relations: Relations, days: ActionDays) -> pd.DataFrame:
    limit = days.day.day.replace(day=LIMIT_DAY)
    waiting = near_limit(relations, days.day, "tl").mutate(
        amount=_.arrears, dated=ibis.literal(limit), reason=ibis.literal("no_contact"), detail=ibis.literal("")
    )
    return _rows(waiting).rename(columns={"dated": "due"})


def _broken(relations: Relations, days: ActionDays) -> pd.DataFrame:
    broken = broken_promises(relations, days.returns, "tl").mutate(
        amount=ibis.greatest(_.owed - _.paid, 0), dated=_.call_by,
        reason=ibis.ifelse(_.calls == 0, "not_called", "called"), detail=ibis.literal(""),
    )  # fmt: skip
    return _rows(broken).rename(columns={"dated": "due"})


def _untouched(relations: Relations, days: ActionDays) -> pd.DataFrame:
    day = days.day.day
    held = held_by_entity(relations.holdings, relations.roster, "tl").filter(_.start <= day, _.end > day)
    listed = held.mutate(window=ibis.literal("day"), amount=ibis.coalesce(_.arrears, 0)).select(
        "window", "segment", "entity", "service_no", "agent_id", "amount", "on_list", "received_day"
    )
    waiting = untouched_flags(listed, relations, [Window("day", Period.day(day))]).filter(_.untouched == 1)
    rows = _rows(waiting.mutate(dated=_.received_day, reason=ibis.literal("never_called"), detail=ibis.literal("")))
    calendar = relations.calendar
    ages = {start: len(calendar.workdays(Period(start + ONE_DAY, day + ONE_DAY))) for start in set(rows["dated"])}
    due = {start: _after(start, days.untouched_days, relations) for start in ages}
    return rows.assign(detail=rows["dated"].map(ages).astype(str), due=rows["dated"].map(due)).drop(columns="dated")


def _returns(relations: Relations, days: ActionDays) -> pd.DataFrame:
    month = days.returns.month
    still_open = open_returns(claims_by_entity(relations, "tl"), relations, [month]).filter(_.counts_gross == 1)
    verdict = still_open.verdicts[still_open.verdicts.length() - 1]
    rows = _rows(
        still_open.mutate(
            agent_id=_.agent_id_credit, amount=ibis.coalesce(_.owed, 0), dated=_.returned_day,
            reason=ibis.literal("returned"), detail=ibis.coalesce(verdict.reason_code, ""),
        )
    )  # fmt: skip
    due = {start: _after(start, days.returns.sla_days, relations) for start in set(rows["dated"])}
    return rows.assign(due=rows["dated"].map(due)).drop(columns="dated")


def _rows(table: Table) -> pd.DataFrame:
    frame: pd.DataFrame = (
        table.mutate(team=_.entity, amount=_.amount.cast("int64")).select(_ROW).order_by(_ROW).execute()
    )
    return frame.assign(dated=pd.to_datetime(frame["dated"]).dt.date.astype("object"))


def _after(start: dt.date, workdays: int, relations: Relations) -> dt.date:
    day = start
    for _number in range(workdays):
        day = relations.calendar.next_workday(day)
    return day
