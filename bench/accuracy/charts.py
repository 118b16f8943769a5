"""Control charts and the comparison of agents: false alarms, detection, and real series over their whole length.

Run: python bench/accuracy/charts.py [SERIES]. Prints, never asserts. Errors are Monte-Carlo standard errors over
series, as the points of a series share its limits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
from simulated import SHARED, overdispersed, percent, print_table, sizes

from caringmon.analysis.comparison import between_rho, comparison
from caringmon.analysis.control_limits import (
    beta_binomial_chart,
    laney_chart,
    p_chart,
    rate_limits,
    xmr_chart,
)
from caringmon.analysis.overdispersion import beta_binomial_limits
from caringmon.analysis.special_causes import special_causes
from caringmon.model.kpi import Direction

SEED, RHO, BASELINE, NEW = 20221018, 0.01, 30, 20
Chart = Callable[[pd.DataFrame], pd.DataFrame]
CHARTS: dict[str, Chart] = {"p": p_chart, "p′": laney_chart, "beta-binomial": beta_binomial_chart, "ours": rate_limits}


def series(cases: np.ndarray, of: np.ndarray, baseline: int = BASELINE) -> pd.DataFrame:
    """Return one part per row of the arrays."""
    count, length = of.shape
    return pd.DataFrame({"cases": cases.ravel(), "of": of.ravel(), "part": np.repeat(np.arange(count), length),
                         "in_baseline": np.tile(np.arange(length) < baseline, count)})  # fmt: skip


def outside(limits: pd.DataFrame) -> np.ndarray:
    """Return the share of points behind the baseline that lie outside, per series."""
    new = limits[~limits["in_baseline"]]
    away = (new["value"] < new["lower"] - 1e-12) | (new["value"] > new["upper"] + 1e-12)
    return away.groupby(new["part"]).mean().to_numpy()


def false_alarms(random: np.random.Generator, runs: int) -> None:
    rows = []
    mixed = lambda shape: np.exp(random.uniform(np.log(50), np.log(5000), shape)).astype(int)  # noqa: E731
    for around in (50, 200, 1000, 5000, "50-5000 mixed"):
        for rate in (0.05, 0.2, 0.5, 0.9):
            shape = (runs, BASELINE + NEW)
            of = mixed(shape) if isinstance(around, str) else sizes(random, around, shape)
            made = series(overdispersed(random, of, rate, RHO), of)
            found = {name: percent(outside(chart(made))) for name, chart in CHARTS.items() if name != "beta-binomial"}
            rows.append({"n a day": around, "rate": rate, **found})
    print_table(f"False alarms, % of new points outside 3 sigma; rho {RHO}, {BASELINE} baseline days, {runs} series\n"
                "each (wanted: ours at most 1 %)", rows)  # fmt: skip


def all_rules(random: np.random.Generator, runs: int) -> None:
    rows = []
    for around in (50, 1000):
        of = sizes(random, around, (runs, BASELINE + NEW))
        marked = special_causes(rate_limits(series(overdispersed(random, of, 0.3, RHO), of)), Direction.UP)
        new = marked[~marked["in_baseline"]]
        shares = {
            rule: percent(new.groupby("part")[rule].mean()) for rule in ("outside", "shift", "trend", "near_limit")
        }
        rows.append({"n a day": around, **shares, "any": percent((new["rule"] != "").groupby(new["part"]).mean())})
    print_table("The rule set ptd on stable series, % of new points marked: runs cost false alarms", rows)


def detection(random: np.random.Generator, runs: int) -> None:
    rows = []
    for sigmas in (0.0, 1.0, 2.0, 3.0):
        of = sizes(random, 400, (runs, BASELINE + 10))
        spread = np.sqrt(0.3 * 0.7 / 400 * (1 + 399 * RHO))
        rate = 0.3 - sigmas * spread * (np.arange(BASELINE + 10) >= BASELINE)
        made = series(overdispersed(random, of, rate, RHO), of)
        row: dict[str, object] = {"shift in day sigmas": sigmas, "points of rate": f"{100 * sigmas * spread:.1f}"}
        for name, chart in (("p", p_chart), ("p′", laney_chart), ("beta-binomial", beta_binomial_chart)):
            marked = special_causes(chart(made), Direction.UP)
            new = marked[~marked["in_baseline"]]
            row[f"{name}: outside"] = percent(new["outside"].groupby(new["part"]).max())
            row[f"{name}: any rule"] = percent((new["rule"] != "").groupby(new["part"]).max())
        rows.append(row)
    print_table("Detection of a fall that stays, % of series marked within 10 days (first row: no fall)", rows)


def measures(random: np.random.Generator, runs: int) -> None:
    values = random.normal(100, 10, (runs, BASELINE + NEW))
    made = series(values, np.ones_like(values)).rename(columns={"cases": "value"})
    print_table("XmR, normal measures", [{"outside, %": percent(outside(xmr_chart(made)))}])


def agents(random: np.random.Generator, runs: int) -> None:
    rows = []
    count, days = 40, 18
    for rho in (0.0, 0.01, 0.03):
        flagged, without_days, found, wrong = [], [], [], []
        for _ in range(runs):
            same = agent_days(random, np.full(count, 0.25), rho, days)
            flagged.append((comparison(same)["standing"] != "usual").any())
            totals = same.groupby(["segment", "entity"], as_index=False)[["cases", "of"]].sum()
            without_days.append((comparison(totals)["standing"] != "usual").any())
            planted = comparison(agent_days(random, np.r_[0.15, 0.15, np.full(count - 2, 0.25)], rho, days))["standing"]
            found.append((planted[:2] == "lower").mean())
            wrong.append((planted[2:] != "usual").sum() / max(1, (planted != "usual").sum()))
        rows.append({"rho of days": rho, "any flagged": percent(flagged), "any, days unknown": percent(without_days),
                     "2 planted found": percent(found), "false among flagged": percent(wrong)})  # fmt: skip
    print_table(f"Agents: {count}, {days} days of 25 contacts, rate 25 %, two planted at 15 %; % of {runs} data sets\n"
                "(wanted: any flagged at most 5 % where agents do not differ)", rows)  # fmt: skip


def agent_days(random: np.random.Generator, rates: np.ndarray, rho: float, days: int) -> pd.DataFrame:
    of = random.poisson(25, (len(rates), days))
    cases = overdispersed(random, of, rates[:, None], rho)
    codes = np.repeat([f"A{i:02}" for i in range(len(rates))], days)
    return pd.DataFrame({"segment": "CT0", "entity": codes, "date": np.tile(np.arange(days), len(rates)),
                         "cases": cases.ravel(), "of": of.ravel()})  # fmt: skip


def bank() -> None:
    calls = pd.read_csv(SHARED / "bank_marketing_dated.csv", parse_dates=["call_date"])
    daily = calls.assign(y=calls["y"] == "yes").groupby("call_date")["y"].agg(cases="sum", of="size").reset_index()
    rows = []
    whole = daily.assign(part=0, in_baseline=np.arange(len(daily)) < BASELINE)
    # One fixed baseline of 2008 for two and a half years; and limits from the 30 days before each day.
    windows = [daily.iloc[i - BASELINE : i + 1].assign(part=i) for i in range(BASELINE, len(daily))]
    rolling = pd.concat(windows, ignore_index=True)
    rolling["in_baseline"] = rolling.groupby("part").cumcount() < BASELINE
    for name, chart in CHARTS.items():
        fixed = special_causes(chart(whole), Direction.UP)
        new = fixed[~fixed["in_baseline"]]
        year = new["call_date"].dt.year
        drawn = chart(rolling)
        rows.append({"chart": name, "outside fixed limits, %": round(100 * new["outside"].mean(), 1),
                     **{f"in {y}": round(100 * new.loc[year == y, "outside"].mean(), 1) for y in (2008, 2009, 2010)},
                     "outside limits of the 30 days before": round(100 * outside(drawn).mean(), 1)})  # fmt: skip
    print_table(f"Real: daily agree rate of bank_marketing_dated.csv, {len(daily)} days of {daily['of'].min()} to "
                f"{daily['of'].max()} calls", rows)  # fmt: skip
    first = daily.iloc[:BASELINE]
    late = calls.loc[calls["call_date"].dt.year == 2010, "y"].eq("yes").mean()
    print(f"Baseline: {first['cases'].sum() / first['of'].sum():.1%} of {first['of'].median():.0f} calls a day; 2010: "
          f"{late:.1%}. Wrong here: the campaign changed several times;\none baseline for all of it calls most later "
          "days special, rightly, and is of no more use until a person\nrebases it. Limits that follow the last 30 "
          "days mix regimes into their baseline: wide while a change is in it, narrow after\na calm spell. p′ "
          "reads moving ranges: where levels drift, its limits are those of neighbouring days.")  # fmt: skip


def hospitals() -> None:
    units = pd.read_csv(SHARED / "nhs_ae_attendances.csv", parse_dates=["period"])
    units = units[(units["type"].astype(str) == "1") & (units["attendances"] > 0)].sort_values(["org_code", "period"])
    full = units.groupby("org_code").filter(lambda unit: len(unit) == 36)
    months = full.groupby("org_code").cumcount()
    made = full.rename(columns={"breaches": "cases", "attendances": "of"}).assign(
        part=full["org_code"], in_baseline=months < 24
    )
    rows = []
    for name, chart in CHARTS.items():
        rows.append({"chart": name, "outside, % of the 12 months after 24": percent(outside(chart(made)))})
    counts = made.assign(value=made["cases"])
    rows.append(
        {"chart": "XmR of breaches", "outside, % of the 12 months after 24": percent(outside(xmr_chart(counts)))}
    )
    print_table(f"Real: 4-hour breaches of {made['part'].nunique()} type 1 units of nhs_ae_attendances.csv, errors "
                "over units", rows)  # fmt: skip
    last = made[made["period"] == made["period"].max()]
    rho = between_rho(last["cases"], last["of"])
    shares = {}
    for name, spread in (("binomial", 0.0), ("beta-binomial", rho)):
        low, high = beta_binomial_limits(last["of"], last["cases"].sum() / last["of"].sum(), spread, 0.001)
        shares[name] = f"{100 * ((last['cases'] < low) | (last['cases'] > high)).mean():.1f} %"
    print(f"Funnel of the last month, units outside 99.8 %: {shares['binomial']} binomial, {shares['beta-binomial']} "
          f"beta-binomial (rho {rho:.4f}). Wrong here: hospitals\ndiffer in everything; the wide funnel says so, and "
          "finds nobody remarkable. Winter comes only twice in a baseline of 24 months,\nand its "
          "months look special each year: none of the charts knows seasons.")  # fmt: skip


def main() -> None:
    """Print the tables."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    print(f"seed {SEED}")
    random = np.random.default_rng(SEED)
    false_alarms(random, runs)
    all_rules(random, runs)
    detection(random, runs)
    measures(random, 4 * runs)
    agents(random, runs)
    if SHARED.is_dir():
        bank()
        hospitals()


if __name__ == "__main__":
    main()
