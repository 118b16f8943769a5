"""Who works at the site, in which team, on which days, and how well."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from caringmon.demo import plan
from caringmon.demo.names import distinct_names
from caringmon.demo.plan import Bools, Ints, Size
from caringmon.model.period import Period

_STAFFED_FROM = dt.date(2022, 1, 3)
_ABSENCE = {"SAKIT": 0.018, "IZIN": 0.010, "CUTI": 0.014}
_AGREE_SKILL, _SKILL_WEIGHT = 0.27, 160.0
_ROSTER_COLUMNS = (
    "person_id",
    "display_name",
    "on_air_name",
    "role",
    "reports_to",
    "team_code",
    "site",
    "segments",
    "fte",
    "valid_from",
    "valid_to",
    "skill",
)


@dataclass(frozen=True)
class People:
    """Agents (row number = agent number), the roster and the day states of each agent.

    `agents`: person_id, display_name, team, segment, both, activity, agree_factor; `status`: agent × call day.
    """

    agents: pd.DataFrame
    roster: pd.DataFrame
    status: npt.NDArray[np.str_]
    officers: tuple[str, ...]
    officer_names: tuple[str, ...]
    stray_login: str
    stray_name: str

    @property
    def present(self) -> Bools:
        """Agent × call day: True where the agent works."""
        present: Bools = self.status == "HADIR"
        return present

    def team_on(self, agent: Ints, day: Ints) -> Ints:
        """Return the team number of each agent on each day; one agent changes team in October."""
        moved = (agent == mover(self.agents)) & (day >= plan.day_no(plan.MOVE_DATE))
        team: Ints = np.where(moved, plan.MOVE_TO_TEAM, self.agents["team"].to_numpy()[agent])
        return team


def build_people(rng: np.random.Generator, size: Size) -> People:
    """Return the staff of a site of that size; names are distinct."""
    staff = size.agents + size.teams + size.supervisors + size.officers + 3
    names = distinct_names(rng, staff)
    agents = _agents(rng, size, names[: size.agents])
    officers = _ids("QC", size.officers)
    others = names[size.agents : -1]
    return People(
        agents=agents,
        roster=_roster(agents, size, others),
        status=_status(rng, agents),
        officers=officers,
        officer_names=tuple(others[-2 - size.officers : -2]),
        stray_login="A099" if size.agents < 99 else "A999",
        stray_name=names[-1],
    )


def team_code(team: int) -> str:
    """Return the code of the team, which is also the id of its leader."""
    return f"TL{team + 1:02}"


def segment_of_team(size: Size) -> Ints:
    """Return the segment number of each team; supervisors lead CT0 and PRANPC in turn."""
    segments: Ints = np.arange(size.teams) // (size.teams // size.supervisors) % 2
    return segments


def mover(agents: pd.DataFrame) -> int:
    """Return the number of the agent who changes team: the last one of TL02."""
    return int(np.flatnonzero(agents["team"] == plan.MOVE_FROM_TEAM)[-1])


def absentees(agents: pd.DataFrame) -> list[int]:
    """Return the numbers of the two agents of TL01 who fall ill."""
    members = np.flatnonzero(agents["team"] == plan.ABSENT_TEAM)
    return [int(members[0]), int(members[-1])]


def _ids(prefix: str, count: int, width: int = 2) -> tuple[str, ...]:
    return tuple(f"{prefix}{number:0{width}}" for number in range(1, count + 1))


def _agents(rng: np.random.Generator, size: Size, names: list[str]) -> pd.DataFrame:
    per_supervisor = np.array_split(np.arange(size.agents), size.supervisors)
    span = size.teams // size.supervisors
    crews = [crew for block in per_supervisor for crew in np.array_split(block, span)]
    team = np.repeat(np.arange(size.teams), [len(crew) for crew in crews])
    last_team = team % span == span - 1
    behind = np.concatenate([np.arange(len(crew))[::-1] for crew in crews])
    skill = rng.beta(_AGREE_SKILL * _SKILL_WEIGHT, (1 - _AGREE_SKILL) * _SKILL_WEIGHT, size.agents)
    return pd.DataFrame(
        {
            "person_id": _ids("A", size.agents, 3),
            "display_name": names,
            "team": team,
            "segment": segment_of_team(size)[team],
            "both": last_team & (behind < min(2, len(crews[0]) // 2)),
            "activity": np.clip(rng.normal(1.0, 0.06, size.agents), 0.85, 1.15),
            "agree_factor": skill / _AGREE_SKILL,
        }
    )


def _status(rng: np.random.Generator, agents: pd.DataFrame) -> npt.NDArray[np.str_]:
    kinds = np.array(["HADIR", *_ABSENCE])
    shares = [1 - sum(_ABSENCE.values()), *_ABSENCE.values()]
    status = rng.choice(kinds, (len(agents), plan.CALL_DAYS), p=shares)
    first, last = (plan.day_no(date) for date in plan.ABSENT_DAYS)
    status[absentees(agents), first : last + 1] = "SAKIT"
    return status


def _roster(agents: pd.DataFrame, size: Size, names: list[str]) -> pd.DataFrame:
    span, segment = size.teams // size.supervisors, segment_of_team(size)
    name = iter(names)
    people: list[tuple[str, str, str, str, str, str]] = []
    for number, leader in enumerate(_ids("SPV", size.supervisors)):
        people.append((leader, next(name), "SPV", "MGR01", "", plan.SEGMENTS[number % 2]))
    for team in range(size.teams):
        code = team_code(team)
        people.append((code, next(name), "TL", f"SPV{team // span + 1:02}", code, plan.SEGMENTS[segment[team]]))
    people += [(i, next(name), "QCO", "QRD01", "", "CT0|PRANPC") for i in _ids("QC", size.officers)]
    people.append(("QRD01", next(name), "QRD", "MGR01", "", "CT0|PRANPC"))
    people.append(("MGR01", next(name), "MANAGER", "", "", "CT0|PRANPC"))
    columns = (agents[name].tolist() for name in ("person_id", "display_name", "team", "segment", "both"))
    for person_id, full_name, team, own, both in zip(*columns, strict=True):
        segments = "CT0|PRANPC" if both else plan.SEGMENTS[own]
        people.append((person_id, full_name, "AGENT", team_code(team), team_code(team), segments))
    roster = pd.DataFrame(people, columns=["person_id", "display_name", "role", "reports_to", "team_code", "segments"])
    roster = roster.assign(
        on_air_name=roster["display_name"].str.split(" ").str[0].where(roster["role"] == "AGENT", ""),
        site=plan.SITE,
        fte=1.0,
        valid_from=_STAFFED_FROM,
        valid_to=None,
        skill=np.where(roster["role"] == "AGENT", "COLLECTION", ""),
    )
    return _with_move(roster, str(agents["person_id"][mover(agents)]))[list(_ROSTER_COLUMNS)]


def _with_move(roster: pd.DataFrame, person_id: str) -> pd.DataFrame:
    """Return the roster with two rows for the agent who changes team; `valid_to` is exclusive."""
    is_mover = roster["person_id"] == person_id
    new_team = team_code(plan.MOVE_TO_TEAM)
    after = roster[is_mover].assign(reports_to=new_team, team_code=new_team, valid_from=plan.MOVE_DATE)
    ended = roster["valid_to"].astype(object).where(~is_mover, plan.MOVE_DATE)
    return pd.concat([roster.assign(valid_to=ended), after], ignore_index=True)


def attendance_rows(rng: np.random.Generator, people: People, talk_minutes: Ints) -> pd.DataFrame:
    """Return one row per agent, then per TL, and calendar day of both months, minutes as integers.

    `talk_minutes` is agent × call day. Days off are OFF with 0 planned minutes, absences have 0 login minutes.
    Wrap includes looking the customer up before the dial, which is done by hand in this centre.
    """
    dates = list(Period(plan.MONTHS[0].start, plan.MONTHS[-1].end).days)
    column = np.array([plan.day_no(date) for date in dates])
    works = np.isin(np.array(dates, dtype="datetime64[D]"), plan.DAYS)
    inside = np.minimum(column, plan.CALL_DAYS - 1)
    status = np.where(works, people.status[:, inside], "OFF").ravel()
    at_work = status == "HADIR"
    count = len(status)
    talk = np.where(at_work, talk_minutes[:, inside].ravel(), 0)
    login = np.clip(rng.normal(468, 9, count).round().astype(np.int64), 430, 495)
    pause, aux, idle = rng.integers(40, 61, count), rng.integers(8, 31, count), rng.integers(15, 61, count)
    wrap = np.maximum(login - pause - aux - idle - talk, 0)
    names = ("login_min", "break_min", "aux_min", "talk_min", "wrap_min", "idle_min")
    minutes = dict(zip(names, (login, pause, aux, talk, wrap, idle), strict=True))
    agents = pd.DataFrame(
        {
            "date": np.tile(np.array(dates, dtype=object), len(people.agents)),
            "person_id": np.repeat(people.agents["person_id"].to_numpy(), len(dates)),
            "planned_min": np.where(status == "OFF", 0, 480),
            **{name: np.where(at_work, values, 0) for name, values in minutes.items()},
            "status": status,
        }
    )
    return pd.concat([agents, _leaders(people, dates, works)], ignore_index=True)


def _leaders(people: People, dates: list[dt.date], works: Bools) -> pd.DataFrame:
    """Return the attendance of the TLs, who log in to no dialler: all at work, but for the one who is away."""
    codes = sorted(set(people.roster.loc[people.roster["role"] == "TL", "person_id"]))
    rows = [
        (date, code, 480 if at_work else 0, _leader_status(number, date) if at_work else "OFF")
        for number, code in enumerate(codes)
        for date, at_work in zip(dates, works, strict=True)
    ]
    found = pd.DataFrame(rows, columns=["date", "person_id", "planned_min", "status"])
    minutes = dict.fromkeys(("login_min", "break_min", "aux_min", "talk_min", "wrap_min", "idle_min"), 0)
    return found.assign(**minutes)


def _leader_status(number: int, date: dt.date) -> str:
    return "CUTI" if (number, date) == (plan.AWAY_TEAM, plan.AWAY_DAY) else "HADIR"
