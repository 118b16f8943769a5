"""A small operation whose calls outside hours are advised about, followed up and measured: one agent, one team.

Until 15 October every third call is made at half past six, from 17 October on none. Nothing else is wrong.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from caringmon.model.findings import Findings
from caringmon.params import report_parameters
from caringmon.pipeline import Published, Times, analyse, gather, run
from tests.exports import ORDER, load, new_workspace, tamara_csv, text_file

ROSTER = ["person_id", "role", "reports_to", "valid_from"]
STAFF = text_file(
    ROSTER,
    ["A01", "AGENT", "TL1", "2022-01-03"],
    ["TL1", "TL", "SPV1", "2022-01-03"],
    ["SPV1", "SPV", "", "2022-01-03"],
)
RAISES, MEASURES = "2022-10-13", "2022-10-27"
EARLY = "Panggilan di luar jam"
_SERVICES = [f"02112345{number}" for number in range(10, 20)]


def _calls(last: str) -> bytes:
    """Return three calls on each working day of October up to one."""
    rows = []
    for day in range(1, int(last[-2:]) + 1):
        if dt.date(2022, 10, day).isoweekday() == 7 or day == 8:
            continue
        first = "06:30:00" if day <= 15 else "08:10:00"
        for place, time in enumerate((first, "09:30:00", "14:00:00")):
            number = 3 * day + place
            rows.append({
                "id": str(7000 + number), "tgl": f"{day:02d}/10/2022 {time}", "fastel": _SERVICES[number % 10],
                "kategori": "", "reason": "RNA", "status": "Not Contacted", "hasil_nego": "", "janji_bayar": "",
            })  # fmt: skip
    return tamara_csv(*rows)


def workspace(folder: Path) -> Path:
    """Return a workspace with the whole of October loaded; targets, QC, payments and attendance nobody has."""
    made = new_workspace(folder)
    settings = made / "params" / "settings.yml"
    text = settings.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("absent_by_design:")]
    lines.append("absent_by_design: [targets, qc, payments, attendance]")
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    orders = [
        ["2022-10", "CT-0", service, "", "", "3", "300000", "4", "Solo", "", "", "A01", "2022-10-01 08:00:00"]
        for service in _SERVICES
    ]
    load(made, {
        "Data CT0 2022-10-31.csv": _calls("2022-10-31"),
        "Order 2022-10-01.csv": text_file(ORDER, *orders),
        "roster.csv": STAFF,
    })  # fmt: skip
    return made


def found(folder: Path, report: str, day: str) -> Findings:
    """Return the findings of a report on CT-0, without a notebook."""
    return analyse(gather(report_parameters(report, ("t", {"report_date": day, "segment": "CT0"})), folder))


def published(folder: Path, report: str, day: str) -> Published:
    """Run and publish a report on CT-0."""
    times = Times(dt.datetime(2022, 12, 1), lambda: dt.datetime(2022, 12, 1))
    return run(report_parameters(report, ("t", {"report_date": day, "segment": "CT0"})), folder, times)
