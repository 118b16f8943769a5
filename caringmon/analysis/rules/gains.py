"""What following advice is expected to bring: agrees by the funnel of the month, never more than the gap (5-rules).

ΔAgree(x → x*) = services still to win × the other factors × (x* − x) × the share that is realised. An estimate always.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from caringmon.analysis.rules.known import Gain, Known
from caringmon.model.findings import Figure, entity_name
from caringmon.model.gap import ABOVE, MIX
from caringmon.model.rulebook import RHO


@dataclass(frozen=True)
class Place:
    """A team or witel whose part of the gap by one factor is beyond chance."""

    level: str
    entity: str
    factor: str

    @property
    def name(self) -> str:
        """Its name in the ids of figures."""
        return entity_name(self.level, self.entity)

    @property
    def word(self) -> str:
        """What the catalogue calls its level."""
        return "team" if self.level == "tl" else self.level

    def figures(self, known: Known) -> dict[str, Figure]:
        """Return its part and the bounds of that, by slot."""
        kpis = {"part": "K48", "most": "K48.low", "least": "K48.high"}
        found = {slot: known.get(kpi, name=self.name, part=self.factor) for slot, kpi in kpis.items()}
        return {slot: figure for slot, figure in found.items() if figure is not None}


FUNNEL = {"penetration": "K04", "contact": "K09", "rpc": "K11", "agree": "K14"}


def of_factor(known: Known, factor: str, now: float, aim: float) -> Gain | None:
    """Return what a factor brings that goes from `now` to `aim` for the services still to win; month over: None."""
    if known.is_month_over:
        return None
    others = math.prod(known.value(kpi) for name, kpi in FUNNEL.items() if name != factor)
    share = known.rulebook.general[RHO]
    return of_agrees(known, known.value("workable", "day") * others * valid_share(known) * (aim - now) * share)


def of_services(known: Known, services: float) -> Gain | None:
    """Return what these services bring if they are called like the others of the month."""
    return None if known.is_month_over else of_agrees(known, services * won_share(known))


def of_agrees(known: Known, agrees: float, low: float = math.nan, high: float = math.nan) -> Gain | None:
    """Return a gain with what it is worth in rupiah, capped at the gap to date; not known or below 0: None."""
    if not agrees > 0:
        return None
    gap = -known.value("K20")
    most = gap if gap > 0 else math.inf
    capped = min(agrees, most)
    computed = agrees if agrees > most else math.nan
    return Gain(capped, _capped(low, most), _capped(high, most), rupiah_of(known, capped), computed)


def of_driver(known: Known, level: str, name: str, factor: str) -> Gain | None:
    """Return what a named part of the gap would bring back at its reference, computed anew (K48), with its interval.

    Only the focus of the report has it; a driver elsewhere has its part.
    """
    part, low, high = (known.value(f"K48{bound}", name=name, part=factor) for bound in ("", ".low", ".high"))
    joint = known.value("K48.recoverable", name=name)
    alone = len(drivers(known, level, name)) == 1
    agrees = -part if math.isnan(joint) else joint
    bounds = (max(0.0, -high), max(0.0, -low)) if alone or math.isnan(joint) else (math.nan, math.nan)
    return of_agrees(known, agrees, *bounds)


def drivers(known: Known, level: str, name: str) -> list[str]:
    """Return the factors that chance does not explain and that pull the entity down, the largest first."""
    rows = known.tables["drivers"]
    entity = "" if level == "site" else name
    mine = rows[(rows["level"] == level) & (rows["entity"] == entity) & rows["is_driver"].astype(bool)]
    parts = {str(factor): known.value("K48", name=name, part=str(factor)) for factor in mine["factor"]}
    pulling = [factor for factor, part in parts.items() if factor != ABOVE and part < 0]
    return sorted(pulling, key=lambda factor: (parts[factor], factor))


def places(known: Known, factor: str = "") -> list[Place]:
    """Return where below the focus chance does not explain a part that pulls down, the largest first; guard 6.

    Teams and witels; `factor`: of that factor alone. What moved between them (mix) is lost to nobody.
    """
    rows = known.tables["drivers"]
    below = {"site": ("tl", "witel"), "spv": ("tl",)}.get(known.level, ())
    mine = rows[rows["level"].isin(below) & rows["is_driver"].astype(bool) & ~rows["factor"].isin((ABOVE, MIX))]
    every = [Place(str(row.level), str(row.entity), str(row.factor)) for row in mine.itertuples()]
    parts = {place: known.value("K48", name=place.name, part=place.factor) for place in every}
    pulling = [place for place in every if parts[place] < 0 and factor in ("", place.factor)]
    return sorted(pulling, key=lambda place: (parts[place], place.level, place.entity))


def won_share(known: Known) -> float:
    """Return the share of services called that become a counted agree: contact × RPC × agree × valid."""
    return known.value("K09") * known.value("K11") * known.value("K14") * valid_share(known)


def won_per_dial(known: Known) -> float:
    """Return the counted agrees per dial: contact of the attempt × RPC × agree × valid."""
    return known.value("K10") * known.value("K11") * known.value("K14") * valid_share(known)


def valid_share(known: Known) -> float:
    """Return the share of the month's claims that count in the basis; without a claim 1."""
    gross, counted = known.value("K13"), known.value(known.actual)
    return counted / gross if gross > 0 and not math.isnan(counted) else 1.0


def rupiah_of(known: Known, agrees: float) -> float:
    """Return what agrees are worth: the mean amount owed × the share of promises kept; not known: NaN."""
    net = known.value("K17")
    mean = known.value("K30") / net if net > 0 else math.nan
    return agrees * mean * known.value("K28")


def _capped(bound: float, most: float) -> float:
    return bound if math.isnan(bound) else min(bound, most)
