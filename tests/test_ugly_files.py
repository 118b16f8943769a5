"""However ugly its files are, a workspace says the same."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caringmon.intake.pseudonyms import TEST_KEY
from caringmon.model.tables import TABLES
from caringmon.pipeline import ingest
from caringmon.store import facts
from tests import ugly
from tests.exports import new_workspace, shipped_rules
from tests.ugly import Draw, Row

ALIASES = shipped_rules().aliases.names
SERVICES = ("0211234567", "0227654321", "131101987654", "152400001111")
PHONES = ("081234567890", "0218887777", "")
SEGMENTS = {"CT0": ("CT-0", "ct 0", "Change Tarif 0"), "PRANPC": ("PRA NPC", "Pra-NPC", "pranpc")}
RESULTS = (
    ("Contacted", "Agree", ""),
    ("Contacted", "Decline", "KENDALA KEUANGAN"),
    ("Not Contacted", "", "RNA"),
    ("Not Contacted", "", "Sibuk"),
    ("Contacted", "Follow Up", ""),
)
NEGOTIATIONS = {"FULL": ("Akan Membayar Lunas",), "PDD6": ("PDD 6",), "PDD12": ("PDD 12 bulan",)}
STATUSES = {"VALID": ("Valid",), "NOT_VALID": ("Not Valid",), "RETURN": ("Return TL",)}
instants = st.datetimes(dt.datetime(2022, 10, 1), dt.datetime(2022, 10, 19)).map(lambda at: at.replace(microsecond=0))
days = st.dates(dt.date(2022, 10, 1), dt.date(2022, 10, 19))


@st.composite
def calls(draw: Draw) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(1, 6))):
        status, category, reason = draw(st.sampled_from(RESULTS))
        at = draw(instants)
        rows.append(
            {
                "attempt_id": f"70{number}",
                "called_at": at,
                "agent_id": draw(st.sampled_from(["A01", "A02"])),
                "service_no": draw(st.sampled_from(SERVICES)),
                "dialled_no": draw(st.sampled_from(PHONES)),
                "segment": draw(st.sampled_from(sorted(SEGMENTS))),
                "status_raw": status,
                "category_raw": category,
                "reason_raw": reason,
                "negotiation": draw(st.sampled_from(sorted(NEGOTIATIONS))) if category == "Agree" else "",
                "promise_date": at.date() + dt.timedelta(days=draw(st.integers(0, 20))) if category == "Agree" else "",
                "talk_sec": draw(st.integers(1, 4000)),
                "note": draw(st.sampled_from(["", "janji; lewat, ATM", 'bilang "ya"', "dua\nbaris"])),
            }
        )
    return rows


@st.composite
def orders(draw: Draw) -> list[Row]:
    return [
        {
            "period": "2022-10",
            "segment": draw(st.sampled_from(sorted(SEGMENTS))),
            "service_no": service,
            "unpaid_bills": draw(st.integers(1, 3)),
            "arrears_amount": draw(st.integers(1_000_000, 9_999_999)),
            "agent_id": "A01",
            "received_at": draw(instants),
        }
        for service in draw(st.sets(st.sampled_from(SERVICES), min_size=1))
    ]


@st.composite
def taps(draw: Draw) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(0, 3))):
        called = draw(instants)
        rows.append(
            {
                "validation_id": f"t{number}",
                "attempt_id": f"70{number}",
                "service_no": draw(st.sampled_from(SERVICES)),
                "called_at": called,
                "qco_id": "Q1",
                "tapped_at": called + dt.timedelta(hours=draw(st.integers(1, 30))),
                "status_raw": draw(st.sampled_from(sorted(STATUSES))),
                "round": draw(st.integers(1, 3)),
            }
        )
    return rows


@st.composite
def payments(draw: Draw) -> list[Row]:
    return [
        {
            "payment_id": f"p{number}",
            "service_no": draw(st.sampled_from(SERVICES)),
            "paid_at": draw(days),
            "amount": draw(st.integers(1_000_000, 9_999_999)),
        }
        for number in range(draw(st.integers(0, 3)))
    ]


SPELLERS: dict[str, Any] = {
    "called_at": ugly.instants,
    "received_at": ugly.instants,
    "tapped_at": ugly.instants,
    "paid_at": ugly.dates,
    "promise_date": ugly.dates,
    "talk_sec": ugly.durations,
    "arrears_amount": ugly.rupiah,
    "amount": ugly.rupiah,
    "period": ugly.months,
    "segment": lambda draw: ugly.words(draw, SEGMENTS),
    "negotiation": lambda draw: ugly.words(draw, NEGOTIATIONS),
    "status_raw": lambda draw: ugly.words(draw, STATUSES),
}


def plain_files(tables: dict[str, list[Row]]) -> dict[str, bytes]:
    """Return one comma text per table with our own headers."""
    written = {}
    for name, rows in tables.items():
        if rows:
            lines = [list(rows[0]), *([_quoted(str(value)) for value in row.values()] for row in rows)]
            written[f"{name} 2022-10-31.csv"] = "".join(",".join(line) + "\n" for line in lines).encode()
    return written


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def ugly_files(draw: Draw, tables: dict[str, list[Row]]) -> dict[str, bytes]:
    """Return the same rows as the field would send them."""
    written: dict[str, bytes] = {}
    for name, rows in tables.items():
        if not rows:
            continue
        columns = list(rows[0])
        headers = [ugly.header(draw, column, [alias for alias, _ in ALIASES[name][column][1:]]) for column in columns]
        spell = {column: SPELLERS[column](draw) for column in columns if column in SPELLERS}
        cells = [
            ["" if row[column] == "" else spell.get(column, str)(row[column]) for column in columns] for row in rows
        ]
        written |= ugly.files(draw, name, headers, cells)
    return written


def facts_of(files: dict[str, bytes]) -> dict[str, list[dict[str, object]]]:
    """Return every table's current rows without where they came from, in the order of their content."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = new_workspace(Path(folder))
        for name, content in files.items():
            (workspace / "inbox" / name).write_bytes(content)
        refused = [report.refusal for report in ingest(workspace, None, key=TEST_KEY) if report.refused]
        assert not refused
        loads = facts.read_loads(workspace)
        with facts.connection() as con:
            tables = {t.name: facts.current_rows(con, workspace, t, loads).to_pyarrow() for t in TABLES.values()}
    return {name: _content(table) for name, table in tables.items()}


def _content(table: pa.Table) -> list[dict[str, object]]:
    rows = table.drop_columns(["source_row", "source_line", "load_id"]).to_pylist()
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


@settings(max_examples=18, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data(), called=calls(), ordered=orders(), tapped=taps(), paid=payments())
def test_a_workspace_written_in_many_ugly_ways_gives_the_same_facts(data, called, ordered, tapped, paid):
    tables = {"calls": called, "assignments": ordered, "qc": tapped, "payments": paid}
    assert facts_of(ugly_files(data.draw, tables)) == facts_of(plain_files(tables))
