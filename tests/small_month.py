"""A month of a handful of rows, from raw files: PraNPC, October 2022, one team, without targets.

Five agrees of October on five services; four of them are tapped: two VALID, one NOT_VALID, and one returned, recalled
on 2 November and VALID on the 3rd, before the cut-off at 17:00. One agree of September turns out NOT_VALID on 10
October, after the cut-off of its month. Calls are covered from 3 to 7 October and on 2 November.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from caringmon.answers import close
from tests.exports import ORDER, TAP, load, new_workspace, tamara_csv, text_file

NOW = dt.datetime(2022, 11, 10, 9)
SERVICES = ("0211111111", "0212222222", "0213333333", "0214444444", "0215555555")
SEPTEMBER = "0216666666"
BILLS = ("1", "1", "2", "2", "2")
STAFF = [["A01", "AGENT", "TL1", "2022-01-03"], ["TL1", "TL", "SPV1", "2022-01-03"]]
ROSTER = ["person_id", "role", "reports_to", "valid_from"]


def agree(name: str, service: str, day: str, promise: str = "2022-10-14") -> dict[str, str]:
    """Return an agree call of PraNPC."""
    return {"id": name, "fastel": service, "tgl": f"{day} 09:00:00", "jenis": "PraNPC", "janji_bayar": promise}


def tapping(name: str, service: str, day: str, verdict: str, turn: str = "1") -> list[str]:
    """Return a row of the tapping log; what is returned or not valid names a reason and what to do."""
    told = {
        "id_tapping": f"T{name}{turn}",
        "Call ID": name,
        "fastel": service,
        "Login QCO": "Q01",
        "tanggal_tapping": day,
        "valid": verdict,
        "round": turn,
    }
    if verdict != "Valid":
        told |= {"Alasan Return": "RC03", "Rekomendasi QCO": "sebutkan tanggal janji dengan jelas"}
    return [told.get(column, "") for column in TAP]


def order(service: str, bills: str, month: str = "2022-10") -> list[str]:
    """Return a row of the data order."""
    return [month, "PraNPC", service, "", "", bills, "300000", "4", "Solo", "", "", "A01", f"{month}-01 08:00:00"]


def small_month(folder: Path) -> Path:
    """Return the workspace, loaded, not closed."""
    days = ("03/10/2022", "04/10/2022", "05/10/2022", "06/10/2022", "07/10/2022")
    calls = [agree(f"70{n}", service, day) for n, (service, day) in enumerate(zip(SERVICES, days, strict=True), 1)]
    workspace = new_workspace(folder)
    load(workspace, {
        "Data PRANPC 2022-09-20.csv": tamara_csv(agree("601", SEPTEMBER, "20/09/2022", "2022-09-26")),
        "Data PRANPC 2022-10-07.csv": tamara_csv(*calls),
        "Data PRANPC 2022-11-02.csv": tamara_csv(
            {**agree("801", SERVICES[3], "02/11/2022", "2022-11-07"), "input": "Recall"}
        ),
        "Tapping 2022-11-03.csv": text_file(
            TAP,
            tapping("701", SERVICES[0], "2022-10-04 10:00:00", "Valid"),
            tapping("702", SERVICES[1], "2022-10-05 10:00:00", "Valid"),
            tapping("703", SERVICES[2], "2022-10-06 10:00:00", "Not Valid"),
            tapping("704", SERVICES[3], "2022-10-31 10:00:00", "Return"),
            tapping("801", SERVICES[3], "2022-11-03 10:00:00", "Valid", "2"),
            tapping("601", SEPTEMBER, "2022-10-10 10:00:00", "Not Valid"),
        ),
        "Order 2022-09-01.csv": text_file(ORDER, order(SEPTEMBER, "1", "2022-09")),
        "Order 2022-10-01.csv": text_file(ORDER, *(order(*pair) for pair in zip(SERVICES, BILLS, strict=True))),
        "roster.csv": text_file(ROSTER, *STAFF),
    })  # fmt: skip
    return workspace


def closed(workspace: Path, segment: str = "PRANPC", period: str = "2022-10") -> Path:
    """Close a month of the workspace with whatever is open in it; return the workspace."""
    close(segment, period, workspace, accept_open=None, now=NOW, by="MGR01")
    return workspace
