"""How far the parts of a gap can be trusted: exactness, coverage, false drivers, planted causes; fixed seeds.

Run: python bench/accuracy/contributions.py [exact] [coverage] [noise] [planted] [pizza PYTHON]
Without a word all but the last; each takes some minutes on one core. `pizza` runs planted causes through wise-pizza,
installed for that PYTHON, side by side. Prints, never asserts.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from world import STEPS, WITELS, World, expected, month, ordinary_world, sides

from caringmon.analysis.contributions import cell_parts, nested
from caringmon.analysis.day_blocks import planned_side
from caringmon.analysis.gap_parts import Aims, Sides, gap_parts
from caringmon.analysis.uncertainty import Resolution
from caringmon.model.gap import FACTORS

VIEWS = {"agent": ("site", "tl"), "witel": ("site", "witel")}
TREES, COVERED, QUIET, SEEDS = 10_000, 2_000, 1_000, 200
MONTHS = 800  # simulated for the true expected counts
FEW, MANY, EVERY = 4, 40, 100  # cells of a tree of the exact section, and of every so many-th
LEAST = 5  # agrees: parts of fewer are not judged


def main() -> None:
    """Run the sections named, or all."""
    words = sys.argv[1:] or ["exact", "coverage", "noise", "planted"]
    for name, section in SECTIONS.items():
        if name in words:
            began = time.perf_counter()
            section()
            print(f"  ({time.perf_counter() - began:.0f} s)\n", flush=True)
    if "pizza" in words:
        pizza(words[words.index("pizza") + 1])


def exact() -> None:
    """Properties on generated trees in rational numbers, where equal means equal."""
    random = np.random.default_rng(1)
    failures = dict.fromkeys(("sum", "nesting", "sign", "order", "merge", "days", "mix"), 0)
    for number in range(TREES):
        cells = MANY if number % EVERY == 0 else FEW
        actual, reference = (_tree(random, cells) for _ in range(2))
        parts = cell_parts(actual, reference)
        site = nested(parts, ["site"] * cells)["site"]
        of_teams = nested(parts, ["a", "b"] * (cells // 2)).values()
        failures["sum"] += sum(site) != actual[:, -1].sum() - reference[:, -1].sum()
        failures["nesting"] += [sum(team) for team in zip(*of_teams, strict=True)] != site
        failures["days"] += list(parts.reshape(2, cells // 2, len(FACTORS)).sum(axis=0).sum(axis=0)) != site
        failures["sign"] += bool((cell_parts(reference, actual) != -parts).any())
        order = random.permutation(cells)
        failures["order"] += bool((cell_parts(actual[order], reference[order]) != parts[order]).any())
        twice, once = ([np.concatenate([how(side), side[1:]]) for side in (actual, reference)]
                       for how in (lambda side: side[[0, 0]], lambda side: 2 * side[:1]))  # fmt: skip
        failures["merge"] += bool((cell_parts(*twice)[:2].sum(axis=0) != cell_parts(*once)[0]).any())
        alike = [
            _alike(side[:, 0] + 1, rates) for side, rates in zip((actual, reference), (_HALVES, _THIRDS), strict=True)
        ]
        failures["mix"] += sum(cell_parts(*alike)[:, 1]) != 0
    sizes = f"{FEW} cells, every {EVERY}th of {MANY}"
    print(f"exact arithmetic, seed 1, {TREES:,} trees of {sizes}, zeros and empty cells among them")
    print("  failures: " + ", ".join(f"{name} {count}" for name, count in failures.items()))


def coverage() -> None:
    """How often 95 % intervals hold the true part, in a world where everything moved."""
    for days, runs in ((10, COVERED), (20, COVERED), (5, COVERED // 4)):
        reference = ordinary_world(24, 7_200, days)
        _print_coverage(f"{days} days a side, {runs:,} runs", _worse(reference), reference, runs, planned=False)
    reference = ordinary_world(24, 7_200, 20)
    _print_coverage(f"20 days against a plan, {COVERED // 2:,} runs", _worse(reference), reference, COVERED // 2,
                    planned=True)  # fmt: skip


def noise() -> None:
    """How often any driver is named where nothing changed."""
    print("nothing changed: share of runs that name any driver (family-wise over all levels and factors of a view)")
    for days in (5, 10, 20):
        world, random = ordinary_world(24, 7_200, days), np.random.default_rng(20 + days)
        named = dict.fromkeys(VIEWS, 0)
        for run in range(QUIET):
            pairs = zip(month(world, random), month(world, random), strict=True)
            for (view, levels), pair in zip(VIEWS.items(), pairs, strict=True):
                found = gap_parts(sides(*pair, world, view), levels, Aims(), Resolution(500, run))
                named[view] += bool(found.parts["is_driver"].any())
        shares = ", ".join(f"{view} view {_share(count, QUIET)}" for view, count in named.items())
        print(f"  {days:>2} days, {QUIET:,} runs, seed {20 + days}: {shares}")


def planted() -> None:
    """How often a planted cause is the first driver of its level."""
    print(f"planted causes, {SEEDS} seeds, 80 agents in 8 teams, 40,000 services, 20 days")
    print(f"  {'cause':<52} {'expected':>8}  first          lower 95 % Wilson bound")
    before = _site()
    for place, (name, (view, level, who, change)) in enumerate(CAUSES.items()):
        after, random = change(before), np.random.default_rng(40 + place)
        truth = _truth(view, (level,), after, before)
        effect = truth[(truth["entity"] == who[0]) & (truth["factor"] == who[1])]["part"].item()
        first = 0
        for seed in range(SEEDS):
            pair = (month(world, random)[list(VIEWS).index(view)] for world in (after, before))
            found = gap_parts(sides(*pair, before, view), VIEWS[view], Aims(), Resolution(1000, seed))
            drivers = found.ranked_drivers(level)
            first += not drivers.empty and tuple(drivers.loc[0, ["entity", "factor"]]) == who
        print(f"  {name:<52} {effect:>8.0f}  {first:>3} of {SEEDS}     {_wilson(first, SEEDS):.3f}", flush=True)


def pizza(python: str) -> None:
    """The same planted causes, and none, through wise-pizza: what it names first, and whether its parts add up."""
    print(
        "wise-pizza on the same months (dims: the entities of the view; total: counted agrees; size: units), 50 seeds"
    )
    before = _site()
    for name in ("nothing changed", *CAUSES):
        view, _, who, change = CAUSES.get(name, ("agent", "tl", ("", ""), lambda world: world))
        random = np.random.default_rng(40 + list(CAUSES).index(name) if name in CAUSES else 39)
        with tempfile.TemporaryDirectory() as folder:
            gaps = []
            for seed in range(50):
                for side, world in (("now", change(before)), ("then", before)):
                    counts = month(world, random)[list(VIEWS).index(view)].sum(axis=0)
                    _frame(counts, before, view).to_csv(Path(folder) / f"{seed}-{side}.csv", index=False)
                    gaps.append(counts[:, -1].sum() * (1 if side == "now" else -1))
            said = subprocess.run([python, "-c", _PIZZA, folder], capture_output=True, text=True, check=False)
        if said.returncode:
            print(f"  {name}: {said.stderr.strip().splitlines()[-1]}")
            continue
        rows = [line.split("\t") for line in said.stdout.splitlines() if "\t" in line]
        off = [
            abs(float(row[2]) - gap) / abs(gap)
            for row, gap in zip(rows, np.add(gaps[::2], gaps[1::2]), strict=True)
            if gap
        ]
        right = sum(who[0] in row[1].split("|") for row in rows)
        print(f"  {name:<52} planted entity first {right:>2} of {len(rows)}; something named {len(rows)}; "
              f"parts off the gap by {np.median(off):.0%} (median)", flush=True)  # fmt: skip


def _tree(random: np.random.Generator, cells: int) -> np.ndarray:
    rows = []
    for _ in range(cells):
        steps = [int(random.integers(0, 40)) * int(random.random() > 0.15)]
        for _ in range(STEPS - 1):
            steps.append(int(random.integers(0, steps[-1] + 1)))
        rows.append([Fraction(step) for step in steps])
    return np.array(rows, dtype=object)


_HALVES = [Fraction(1, 2), Fraction(2, 3), Fraction(3, 4), Fraction(4, 5), Fraction(5, 6)]
_THIRDS = [Fraction(2, 3), Fraction(1, 4), Fraction(1, 6), Fraction(0), Fraction(1)]


def _alike(units: np.ndarray, rates: list[Fraction]) -> np.ndarray:
    return np.array([[one * math.prod(rates[:step]) for step in range(STEPS)] for one in units], dtype=object)


def _worse(world: World) -> World:
    """Return the world with everything a little different, so that every factor has a part."""
    random = np.random.default_rng(3)
    moved = world.services * random.choice([0.6, 1.3], (len(world.services), 1)) * 0.94
    return world.changed(
        services=moved, pace=moved.sum(axis=1) * 0.78 / 0.96 / world.days, contact=world.contact * 0.93,
        rpc=world.rpc - 0.05, agree=world.agree * 0.9, valid=world.valid - 0.06,
    )  # fmt: skip


def _print_coverage(title: str, actual: World, reference: World, runs: int, *, planned: bool) -> None:
    random = np.random.default_rng(11)
    truth = {view: _truth(view, levels, actual, reference) for view, levels in VIEWS.items()}
    plan = expected(reference, MONTHS, 2)
    held: dict[str, list[np.ndarray]] = {view: [] for view in VIEWS}
    for run in range(runs):
        pairs = zip(month(actual, random), month(reference, random), strict=True)
        for place, ((view, levels), pair) in enumerate(zip(VIEWS.items(), pairs, strict=True)):
            both = sides(*pair, reference, view)
            if planned:
                both = Sides(both.actual, planned_side(plan[place]), both.paths, both.places)
            found = gap_parts(both, levels, Aims(), Resolution(500, run)).parts
            held[view].append((found["low"] <= truth[view]["part"]) & (truth[view]["part"] <= found["high"]))
    print(f"coverage of 95 % intervals, {title}, seed 11; in % ± Monte-Carlo error; – : all true parts below {LEAST}")
    print(f"  {'level':<14}" + "".join(f"{factor:>15}" for factor in FACTORS))
    for view, levels in VIEWS.items():
        hits = np.array(held[view])
        for level in levels:
            cells = [_pooled(hits, truth[view], level, factor) for factor in FACTORS]
            print(f"  {f'{level} ({view})':<14}" + "".join(f"{cell:>15}" for cell in cells), flush=True)


def _pooled(hits: np.ndarray, truth: pd.DataFrame, level: str, factor: str) -> str:
    chosen = (truth["level"] == level) & (truth["factor"] == factor) & (truth["part"].abs() >= LEAST)
    if not chosen.any():
        return "–"
    by_run = hits[:, chosen.to_numpy()].mean(axis=1)
    return f"{100 * by_run.mean():.1f} ± {100 * by_run.std() / math.sqrt(len(by_run)):.1f}"


def _truth(view: str, levels: tuple[str, ...], actual: World, reference: World) -> pd.DataFrame:
    """Return the parts of the expected counts."""
    place = list(VIEWS).index(view)
    both = (planned_side(expected(world, MONTHS, seed)[place]) for seed, world in ((1, actual), (2, reference)))
    entities = len(reference.services) if view == "agent" else len(WITELS)
    names = sides(*[np.zeros((2, entities, STEPS))] * 2, reference, view)
    return gap_parts(Sides(*both, names.paths, names.places), levels, Aims(), Resolution()).parts


def _site() -> World:
    return ordinary_world(80, 40_000, 20, teams=8)


def _of_team(world: World, team: int, values: np.ndarray, factor: float) -> np.ndarray:
    mine = (world.team == team).reshape(-1, *[1] * (values.ndim - 1))
    return np.where(mine, values * factor, values)


# Cause: the view and level in which it is looked for, the driver that it should be, what happens.
CAUSES: dict[str, tuple[str, str, tuple[str, str], Callable[[World], World]]] = {
    "one witel's contact rate falls by 8 points": (
        "witel", "witel", ("W0", "contact"), lambda w: w.changed(contact=w.contact - 0.08 * (np.arange(6) == 0))),
    "one team's agree rate falls by 35 %": (
        "agent", "tl", ("T2", "agree"), lambda w: w.changed(agree=_of_team(w, 2, w.agree, 0.65))),
    "one team's valid share falls from 92 to 76 %": (
        "agent", "tl", ("T2", "valid_share"), lambda w: w.changed(valid=_of_team(w, 2, w.valid, 0.83))),
    "one team works a third slower": (
        "agent", "tl", ("T2", "penetration"), lambda w: w.changed(pace=_of_team(w, 2, w.pace, 0.67))),
    "one team is absent on two days of five": (
        "agent", "tl", ("T2", "penetration"), lambda w: w.changed(absence=_of_team(w, 2, w.absence, 10))),
    "the list is 10 % shorter, and so is what is worked": (
        "agent", "site", ("SITE", "assigned"), lambda w: w.changed(services=w.services * 0.90, pace=w.pace * 0.90)),
}  # fmt: skip


def _frame(counts: np.ndarray, world: World, view: str) -> pd.DataFrame:
    frame = pd.DataFrame({"units": counts[:, 0], "counted": counts[:, -1]})
    if view == "witel":
        return frame.assign(witel=[f"W{place}" for place in range(len(WITELS))])
    return frame.assign(team=[f"T{team}" for team in world.team], agent=[f"A{n:02}" for n in range(len(world.team))])


_PIZZA = """
import sys, warnings
from pathlib import Path
warnings.filterwarnings("ignore")
import pandas as pd
from wise_pizza.explain import explain_changes_in_totals
for seed in range(50):
    now, then = (pd.read_csv(Path(sys.argv[1]) / f"{seed}-{side}.csv") for side in ("now", "then"))
    dims = [name for name in now.columns if name not in ("units", "counted")]
    found = explain_changes_in_totals(then, now, dims, "counted", "units", max_segments=5, how="totals")
    ranked = sorted(found.segments, key=lambda one: -abs(one["impact"]))
    first = "|".join(str(value) for value in ranked[0]["segment"].values()) if ranked else ""
    print(seed, first, sum(one["impact"] for one in ranked), sep="\\t")
"""


def _share(count: int, runs: int) -> str:
    return f"{100 * count / runs:.1f} % ± {100 * math.sqrt(max(count, 1) / runs * (1 - count / runs) / runs):.1f}"


def _wilson(count: int, runs: int) -> float:
    return float(stats.binomtest(count, runs).proportion_ci(0.95, "wilson").low)


SECTIONS = {"exact": exact, "coverage": coverage, "noise": noise, "planted": planted}

if __name__ == "__main__":
    main()
