"""The month of the demo, both segments: its F-01 agrees with its dailies and with the claims that were frozen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet
import pytest
from bs4 import BeautifulSoup

from caringmon.model.findings import Findings
from caringmon.params import report_parameters
from caringmon.pipeline import analyse, gather
from caringmon.store.closes import read_closes
from tests.report_documents import FLAWLESS, notebook_of, page_html, seen_in
from tests.small_month import closed

SEGMENTS = ("PRANPC", "CT0")
COUNTED = {"K13": "counts_gross", "K17": "counts_net", "K18": "counts_valid"}


@pytest.fixture(scope="module")
def workspace(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo workspace with both months closed; its files are links, closing only adds some."""
    copy = tmp_path_factory.mktemp("closed") / "demo"
    ignored = shutil.ignore_patterns("outputs", "inbox", "raw", "identity")
    shutil.copytree(demo_workspace, copy, ignore=ignored, copy_function=os.link)
    for segment in SEGMENTS:
        closed(copy, segment)
    return copy


@pytest.fixture(scope="module")
def months(workspace: Path) -> dict[str, Findings]:
    asked = ({"period": "2022-10", "segment": segment} for segment in SEGMENTS)
    return {one["segment"]: analyse(gather(report_parameters("f01", ("t", one)), workspace)) for one in asked}


def value(findings: Findings, segment: str, name: str) -> float:
    return findings.registered(f"{segment}.{name}").value


def disagreements(findings: Findings, segment: str, claims: list[dict]) -> list[str]:
    """Return where the days, teams and groups of a month do not sum to it, or a day is not that of its claims."""
    figures = findings.tables["figures"]
    of = figures[(figures["segment"] == segment) & (figures["part"] == "")]
    days = [f"2022-10-{day:02}" for day in range(1, 32)]
    found = []
    for kpi, column in COUNTED.items():
        frozen = Counter(str(claim["agree_at"].date()) for claim in claims if claim[column])
        found += [f"{kpi} {day}" for day in days if value(findings, segment, f"{kpi}.d{day}") != frozen[day]]
        month = value(findings, segment, f"{kpi}.mtd")
        own = of[(of["kpi"] == kpi) & (of["window"] == "mtd")]
        for level in ("tl", "spv", "agent", "witel", "label", "regional"):
            if own.loc[own["level"] == level, "value"].sum() != month:
                found.append(f"{kpi} by {level}")
        if sum(value(findings, segment, f"{kpi}.d{day}") for day in days) != month:
            found.append(f"{kpi} by day")
    return found


def frozen_claims(workspace: Path, segment: str) -> list[dict]:
    (record,) = (one for one in read_closes(workspace) if one.segment == segment)
    path = workspace / "store" / "closes" / f"{record.claims_sha256}.parquet"
    return pyarrow.parquet.read_table(path).to_pylist()


@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_month_agrees_with_its_days_to_the_last_agree(workspace, months, segment):
    claims = frozen_claims(workspace, segment)
    findings = months[segment]
    assert disagreements(findings, segment, claims) == []
    figures = findings.tables["figures"]
    label = "N+2" if segment == "CT0" else "N+1"
    for name in (f"{segment}.K17.d2022-10-18", f"{segment}.K18.mtd", f"{segment}.K13.mtd.label:{label}"):
        assert (figures["id"] == name).any(), name
        moved = figures["value"] + (figures["id"] == name)
        wrong = Findings(findings.head, {**findings.tables, "figures": figures.assign(value=moved)})
        assert disagreements(wrong, segment, claims), name


def test_what_the_calls_alone_tell_is_what_the_last_daily_said(demo_workspace, months):
    segment = "CT0"
    daily = {"report_date": "2022-10-31", "segment": segment, "audience": "manager"}
    last = analyse(gather(report_parameters("daily", ("t", daily)), demo_workspace))
    month = months[segment]
    # Calls, holdings and targets have the same clock in both; verdicts go on until the cut-off.
    for kpi in ("K01", "K03", "K05", "K09", "K11", "target", "workdays", "elapsed"):
        assert value(month, segment, f"{kpi}.mtd") == value(last, segment, f"{kpi}.mtd"), kpi
    undecided = sum(value(last, segment, f"{kpi}.mtd") for kpi in ("pending", "return_open"))
    assert abs(value(last, segment, "K17.mtd") - value(month, segment, "K17.mtd")) <= undecided
    assert value(month, segment, "K18.mtd") >= value(last, segment, "K18.mtd")


@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_month_is_the_one_that_was_closed(months, segment):
    month = months[segment]
    assert month.tables["differences"].empty
    assert value(month, segment, "K18.m2022-10") == value(month, segment, "K18.mtd")
    assert month.head.calls_clock == dt.datetime(2022, 10, 31, 23, 59, 59)
    assert month.head.qc_clock == dt.datetime(2022, 11, 3, 17)


@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_gap_is_explained_against_last_month_and_against_the_plan_and_is_the_same_gap(months, segment):
    month = months[segment]
    figures = month.tables["figures"]
    shown = figures[(figures["segment"] == segment) & (figures["kpi"] == "K48.shown") & (figures["level"] == "site")]
    gap = value(month, segment, "K18.mtd") - value(month, segment, "target.mtd")
    assert {name: own["value"].sum() for name, own in shown.groupby("window")} == {"mtd": gap, "against_plan": gap}
    # The plan of the demo is 44.2 and 40.4 % agree rate of those reached in October; what differs from it has no
    # interval and names no driver.
    planned = {"CT0": 0.442, "PRANPC": 0.404}[segment]
    assert value(month, segment, "K48.rate_then.against_plan.agree") == pytest.approx(planned)
    assert not {"K48.low", "K48.high"} & set(figures.loc[figures["window"] == "against_plan", "kpi"])
    drivers = month.tables["drivers"]
    assert not drivers.loc[drivers["window"] == "against_plan", "is_driver"].any()
    page = BeautifulSoup(page_html(notebook_of(month), month, 1), "html.parser").get_text()
    assert "Acuan: rencana Oktober 2022." in page
    assert "dibanding rencana bagian terbesar" in page


def test_promises_fall_due_in_one_week_each(months):
    figures = months["PRANPC"].tables["figures"]
    weeks = figures[(figures["kpi"] == "K27") & figures["window"].astype("str").str.startswith("w")]
    assert weeks["value"].sum() == value(months["PRANPC"], "PRANPC", "K27.mtd")


def test_ct0_runs_by_one_parameter_and_says_which_form_it_follows(months):
    page = page_html(notebook_of(months["CT0"]), months["CT0"], 1)
    assert "tunggakan bulan N+2" in page
    assert "susunan laporan ini mengikuti F-01" in page
    assert value(months["CT0"], "CT0", "K01.mtd.label:N+2") == value(months["CT0"], "CT0", "K01.mtd")


def test_the_english_twin_prints_the_same_figures(months):
    found = months["PRANPC"]
    pages = {}
    for lang in ("id", "en"):
        told = dataclasses.replace(found, head=dataclasses.replace(found.head, lang=lang))
        pages[lang] = page_html(notebook_of(told), told, 1)
        assert f'<html lang="{lang}">' in pages[lang]
    ids = [[part.split('"')[0] for part in page.split('data-figure="')[1:]] for page in pages.values()]
    assert Counter(ids[0]) == Counter(ids[1])
    assert "Pencapaian" not in pages["en"]


def test_a_real_browser_finds_no_barrier_no_overflow_and_a_first_page_that_fits_on_a4(browser, months, tmp_path):
    page = page_html(notebook_of(months["PRANPC"]), months["PRANPC"], 1)
    assert len(page.encode()) <= 300_000
    assert seen_in(browser, page, tmp_path) == FLAWLESS
