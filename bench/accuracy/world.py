"""A call centre whose truth is known: agents with lists, good and bad days, witels; for simulations of the gap.

Nothing is as smooth as a binomial: days are overdispersed and hit all agents at once, agents differ and have their
own good days, some are absent; lists are worked off in random order and end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from caringmon.analysis.day_blocks import Side
from caringmon.analysis.gap_parts import Sides

WITELS = np.array([0.30, 0.22, 0.18, 0.14, 0.10, 0.06])
STEPS = 6


@dataclass(frozen=True)
class World:
    """One month's process: expected list, capacity a day, and the rates of each step by agent and witel.

    `day_spread`, `own_spread`: standard deviation of a day's effect on the log odds of contact and agree, for all and
    for one agent; `pace_spread`: coefficient of variation of a day's capacity, for all and for one agent.
    """

    services: np.ndarray
    pace: np.ndarray
    absence: np.ndarray
    contact: np.ndarray
    rpc: np.ndarray
    agree: np.ndarray
    valid: np.ndarray
    teams: int
    days: int
    day_spread: float = 0.12
    own_spread: float = 0.10
    pace_spread: tuple[float, float] = (0.12, 0.20)

    @property
    def team(self) -> np.ndarray:
        """The team of each agent."""
        return np.arange(len(self.services)) % self.teams

    def changed(self, **changes: np.ndarray | int) -> World:
        """Return the world with something else in it."""
        return replace(self, **changes)


def ordinary_world(agents: int, services: int, days: int, teams: int = 6, seed: int = 7) -> World:
    """Return a world with agents who differ, `services` on the list in a month, 85 % of them worked."""
    random = np.random.default_rng(seed)
    size = random.lognormal(0, 0.25, agents)
    size *= services / size.sum()
    logit_contact = np.log(0.42 / 0.58) + random.normal(0, 0.08, agents)[:, None] + np.linspace(0.15, -0.15, 6)
    return World(
        services=size[:, None] * WITELS,
        pace=size * 0.85 / 0.96 / days,
        absence=np.full(agents, 0.04),
        contact=1 / (1 + np.exp(-logit_contact)),
        rpc=np.clip(random.normal(0.80, 0.02, agents), 0.5, 1),
        agree=1 / (1 + np.exp(-(np.log(0.35 / 0.65) + random.normal(0, 0.25, agents)))),
        valid=np.clip(random.normal(0.92, 0.02, agents), 0.5, 1),
        teams=teams,
        days=days,
    )


def month(world: World, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the counts of a simulated month by agent and by witel: (1 + days, entities, steps), never called first."""
    agent, witel, day = _worked_off(world, random)
    touched = day < world.days
    shift = random.normal(0, world.day_spread, (2, 1, world.days + 1))
    own = random.normal(0, world.own_spread, (2, len(world.services), world.days + 1))
    moved = np.exp(shift + own)[:, agent, day]
    flags = np.zeros((STEPS, len(agent)), dtype=bool)
    flags[0], flags[1] = True, touched
    rates = (
        _shifted(world.contact[agent, witel], moved[0]), world.rpc[agent], _shifted(world.agree[agent], moved[1]),
        world.valid[agent],
    )  # fmt: skip
    for step, rate in enumerate(rates, start=2):
        flags[step] = flags[step - 1] & (random.random(len(agent)) < rate)
    block = np.where(touched, day + 1, 0)
    return tuple(
        np.stack(
            [
                np.bincount(block[flag] * size + place[flag], minlength=(world.days + 1) * size).reshape(-1, size)
                for flag in flags
            ],
            axis=-1,
        ).astype(float)
        for place, size in ((agent, len(world.services)), (witel, len(WITELS)))
    )


def sides(actual: np.ndarray, reference: np.ndarray, world: World, view: str) -> Sides:
    """Return two simulated months as the sides of a gap, seen by agents in their teams or by witels."""
    if view == "witel":
        paths = [(f"W{place}",) for place in range(len(WITELS))]
        return Sides(*(_side(one, False) for one in (actual, reference)), paths, ("witel",))
    paths = [(f"S{team % 2}", f"T{team}", f"A{place:02}") for place, team in enumerate(world.team)]
    return Sides(*(_side(one, True) for one in (actual, reference)), paths, ("spv", "tl", "agent"))


def expected(world: World, months: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean counts (entities, steps) by agent and by witel over many simulated months."""
    random = np.random.default_rng(seed)
    totals = [0.0, 0.0]
    for _ in range(months):
        for place, counts in enumerate(month(world, random)):
            totals[place] = totals[place] + counts.sum(axis=0)
    return tuple(total / months for total in totals)


def _side(counts: np.ndarray, has_lists: bool) -> Side:
    judged = int(counts[..., 4].sum()), int(counts[..., 5].sum())
    padded = np.pad(counts, ((0, 0), (0, 0), (0, 2)))
    return Side(padded[0], padded[1:], has_lists=has_lists, judged=judged)


def _shifted(rate: np.ndarray, odds: np.ndarray) -> np.ndarray:
    return rate * odds / (1 - rate + rate * odds)


def _worked_off(world: World, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return agent, witel and day of every service of the lists; the day after the last: never called."""
    agents, days = len(world.services), world.days
    lists = random.poisson(world.services)
    agent = np.repeat(np.arange(agents), lists.sum(axis=1))
    witel = np.repeat(np.tile(np.arange(len(WITELS)), agents), lists.ravel())
    witel = witel[np.lexsort((random.random(len(agent)), agent))]
    place = np.arange(len(agent)) - np.repeat(np.cumsum(lists.sum(axis=1)) - lists.sum(axis=1), lists.sum(axis=1))
    shared, own = world.pace_spread
    speed = random.gamma(1 / shared**2, shared**2, days) * random.gamma(1 / own**2, own**2, (agents, days))
    present = random.random((agents, days)) >= world.absence[:, None]
    worked = random.poisson(world.pace[:, None] * speed) * present
    far = 10**7
    ends = (np.cumsum(worked, axis=1) + far * np.arange(agents)[:, None]).ravel()
    day = np.searchsorted(ends, place + far * agent, side="right") - days * agent
    return agent, witel, day
