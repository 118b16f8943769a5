"""Files beside the demo's, so that a recount meets what the demo has none of.

Holders who change, late orders, other time zones, states, calibration, reversals, revised targets. Our own column
names; days are of October 2022 unless they say more.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from tests.exports import CALL, TAMARA, text_file

_ORDER = ["period", "segment", "service_no", "unpaid_bills", "arrears_amount", "witel", "agent_id", "received_at",
          "valid_from", "valid_to"]  # fmt: skip
_CALL = ["attempt_id", "called_at", "agent_id", "service_no", "segment", "result_code", "promise_date", "negotiation",
         "channel", "talk_sec", "hold_sec", "wrap_sec", "ring_sec"]  # fmt: skip
_TAP = ["validation_id", "attempt_id", "service_no", "called_at", "qco_id", "tapped_at", "status", "reason_code",
        "is_calibration", "calib_group"]  # fmt: skip
_TARGET = ["period", "segment", "level", "entity_id", "metric", "value", "unit", "grain", "date", "apportion",
           "version", "effective_from"]  # fmt: skip
_ATTENDANCE = ["date", "person_id", "planned_min", "login_min", "break_min", "aux_min", "status"]
# Of the new services: day and hour received, holder, witel; five of each.
_NEW = """
03 09:00 A021 Makassar | 06 09:00 A022 Papua | 12 09:00 A023 - | 14 09:00 A024 MALUKU | 17 18:00 A025 Solo
18 09:00 A026 Solo
"""
# Received on a holiday, the 8th; the first dial can be made on Monday the 10th: number of days held, holder.
_CLOSED = "10 A027 | 10 A028 | 11 A027 | 11 A028"
# New service, instant, agent, result, promise, channel, talk, hold, wrap, ring.
_CALLS = """
00 2022-10-04T19:00:00 A021 R02 - VOICE 60 5 30 8 | 00 2022-10-05T19:00:01 A021 U01 - VOICE 0 - - 25
01 2022-10-05T09:00:00 A021 R02 - WA 50 - - - | 02 2022-10-06T10:00:00 A021 U07 - VOICE - - - -
03 2022-10-06T11:00:00 A021 U08 - VOICE - - - 40 | 05 2022-10-07T18:30:00 A022 C02 - VOICE 40 - 20 9
06 2022-10-07T06:30:00 A022 R03 - VOICE - - - - | 06 2022-10-09T10:00:00 A022 C04 - VOICE 12 - 4 3
07 2022-10-08T10:00:00 A022 C01 - VOICE 15 - 5 7 | 10 2022-10-13T20:00:00 A023 X00 - VOICE 0 - - 30
10 2022-10-13T20:00:01 A023 U04 - VOICE 3 - - 12 | 15 2022-10-14T18:00:01 A024 R10 - VOICE 33 - 9 6
15 2022-10-15T10:00:00 A024 R01 2022-10-21 VOICE 200 10 60 5 | 16 2022-10-17T10:00:00 A099 U01 - VOICE 0 - - 20
20 2022-10-18T10:00:00 A025 R01 2022-10-20 VOICE 180 - 45 5 | 90 2022-10-18T11:00:00 A001 R02 - VOICE 70 - 20 5
"""
# Service of PRANPC listed anew in CT0, instant, promise: behind their limit of the 20th and of the 31st, and before it.
_RELISTED = "0 2022-10-19T09:30:00 2022-10-21 | 1 2022-10-24T09:30:00 2022-11-02 | 2 2022-10-24T10:30:00 2022-10-28"
# Day called, verdict, when, follow, answer of the TL: QC columns of a call export, first seen already judged.
_STATES = """
10 Valid 11 - - | 10 Valid 12 - sudah | 11 Not#Valid 12 - - | 11 Not#Valid - - - | 12 Valid 13 3 - | 13 Valid 15 - -
13 Valid 14 - sudah
"""
# Calls that several QCOs tapped to compare themselves: new service, group, verdicts of QC01, QC02, QC03.
_CALIBRATED = "00 G1 VNV | 05 G2 VVV | 06 G3 NNV | 07 - VRV | 15 G5 RRR"
# Call, verdict, reason: tapped on 4 November, behind the QC cut-off.
_LATE = "910012 RETURN RC03 | 910014 VALID - | 910016 NOT_VALID RC01 | 920003 VALID -"
_VERDICTS = {"V": "VALID", "N": "NOT_VALID", "R": "RETURN"}
# Segment, level, entity, value, how it is spread, version, known from: agree targets of October.
_TARGETS = """
CT0 SITE SITE 1250 WORKDAY 2 2022-10-10 | PRANPC SITE SITE 1301 ROSTER_DAY 2 2022-10-10
CT0 SITE SITE 1400 WORKDAY 3 2022-11-02 | PRANPC TL TL04 470 ROSTER_DAY 2 2022-10-17
CT0 AGENT A001 60 WORKDAY 1 2022-10-01 | CT0 AGENT A002 75 WORKDAY 1 2022-10-01
CT0 AGENT A003 90 WORKDAY 1 2022-10-01 | CT0 AGENT A004 45 WORKDAY 1 2022-10-01
CT0 AGENT A005 30 WORKDAY 1 2022-10-01 | CT0 AGENT A014 10 WORKDAY 1 2022-10-01
CT0 AGENT A015 0 WORKDAY 1 2022-10-01
"""
_MINUTES = """
2022-10-09 A001 480 240 10 5 TRAINING | 2022-10-10 A002 480 - - - ALPA | 2022-10-10 A099 480 470 30 10 HADIR
2022-10-10 QC01 480 470 30 10 HADIR | 2022-10-11 A003 480 - - - HADIR
"""


def extra_files(inbox: Path) -> dict[str, bytes]:
    """Return the files by name; `inbox`: that of the demo, whose services and payments they speak of."""
    listed = _column(inbox / "Data Order PRANPC 2022-10-01.csv", "SND", "PETUGAS")[:4]
    called = list(dict.fromkeys(_column(inbox / "Data CT0 CARING 2022-10-03 AllArea.csv", "fastel")))[:36]
    return {
        "Order tambahan 2022-10-20.csv": text_file(_ORDER, *_orders([service for (service,) in called], listed)),
        "Call tambahan 2022-10-31.csv": text_file(_CALL, *_calls([service for service, _ in listed])),
        "Data PRA_NPC 2022-10-15.csv": text_file([*TAMARA, "valid", "tgl_qco", "upd_qco", "rec_tl"], *_states()),
        "Kalibrasi 2022-10-18.csv": text_file(_TAP, *_calibrated()),
        "Tapping 2022-11-04.csv": text_file(_TAP, *_tapped_late([service for service, _ in listed])),
        "Pembatalan 2022-11-04.csv": text_file(
            ["service_no", "paid_at", "amount"], *_reversals(inbox / "Data Pembayaran 2022-10-31.csv")
        ),
        "Target revisi 2022-11-02.csv": text_file(_TARGET, *_targets()),
        "Absensi susulan 2022-10-31.csv": text_file(_ATTENDANCE, *_rows(_MINUTES)),
    }


def _rows(text: str) -> list[list[str]]:
    cells = [row.split() for line in text.strip().splitlines() for row in line.split("|")]
    return [["" if cell == "-" else cell.replace("#", " ") for cell in row] for row in cells]


def _column(path: Path, *names: str) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [tuple(row[name] for name in names) for row in csv.DictReader(handle, delimiter=";")]


def _service(number: int | str) -> str:
    return f"1399900{int(number):05}"


def _orders(called: Sequence[str], listed: Sequence[tuple[str, ...]]) -> list[list[str]]:
    """Return moved services of CT0, new ones of PRANPC, some closed at once, and some listed in CT0 as well."""
    found = [
        ["2022-10", "CT0", service, "3", "999000", "", holder, f"2022-10-{day} 10:00:00", f"2022-10-{day}", ""]
        for number, service in enumerate(called)
        for day, holder in [("12", "A001" if number % 2 else "A016") if number < 30 else ("17", "A099")]
    ]
    for group, (day, hour, holder, witel) in enumerate(_rows(_NEW)):
        found += [
            ["2022-10", "PRANPC", _service(5 * group + i), "1", str(400_000 + i), witel, holder,
             f"2022-10-{day} {hour}:00", f"2022-10-{day}", ""]
            for i in range(5)
        ]  # fmt: skip
    for number, (until, holder) in enumerate(_rows(_CLOSED), 40):
        found.append(["2022-10", "PRANPC", _service(number), "1", "300000", "Solo", holder, "2022-10-08 09:00:00",
                      "2022-10-08", f"2022-10-{until}"])  # fmt: skip
    for service, holder in listed:
        found.append(["2022-10", "CT0", service, "3", "800000", "Solo", holder, "2022-10-12 09:00:00", "2022-10-12",
                      ""])  # fmt: skip
    return found


def _calls(listed: Sequence[str]) -> list[list[str]]:
    found = [
        [f"91{number:04}", called_at.replace("T", " "), agent, _service(service), "PRANPC", result, promise,
         "FULL" if promise else "", channel, *seconds]
        for number, (service, called_at, agent, result, promise, channel, *seconds) in enumerate(_rows(_CALLS))
    ]  # fmt: skip
    for number, (place, called_at, promise) in enumerate(_rows(_RELISTED), len(found)):
        found.append([f"91{number:04}", called_at.replace("T", " "), "A001", listed[int(place)], "CT0", "R01", promise,
                      "FULL", "VOICE", "150", "", "", ""])  # fmt: skip
    return found


def _states() -> list[list[str]]:
    found = []
    for number, (day, verdict, judged, follow, answer) in enumerate(_rows(_STATES)):
        call = CALL | {"id": f"92{number:04}", "tgl": f"{day}/10/2022 10:0{number}:00", "login": "A030",
                       "fastel": _service(60 + number), "jenis": "PRA NPC", "janji_bayar": "2022-10-18"}  # fmt: skip
        call["follow"] = follow
        found.append([*(call[name] for name in TAMARA), verdict, f"{judged}/10/2022 14:30:00" if judged else "", "QC01",
                      answer])  # fmt: skip
    return found


def _calibrated() -> list[list[str]]:
    calls = {row[3]: row for row in reversed(_calls(["", "", ""]))}
    found = []
    for service, group, verdicts in _rows(_CALIBRATED):
        call = calls[_service(service)]
        found += [
            [f"K{call[0]}{officer}", call[0], call[3], call[1], f"QC0{officer}", f"2022-10-17 1{officer}:00:00",
             _VERDICTS[verdict], "" if verdict == "V" else "RC04", "ya", group]
            for officer, verdict in enumerate(verdicts, 1)
        ]  # fmt: skip
    return found


def _tapped_late(listed: Sequence[str]) -> list[list[str]]:
    services = {row[0]: row[3] for row in _calls(listed)} | {row[0]: row[4] for row in _states()}
    return [
        [f"L{call}", call, services[call], "", "QC02", "2022-11-04 09:00:00", verdict, reason, "", ""]
        for call, verdict, reason in _rows(_LATE)
    ]


def _reversals(payments: Path) -> list[list[str]]:
    """Return eight payments taken back in the month and three after the QC cut-off of the 3rd of November."""
    paid = _column(payments, "fastel", "PAYMENT_AMOUNT 1")[::300]
    days = ["2022-10-31"] * 8 + ["2022-11-04"] * 3
    return [[service, day, f"-{amount}"] for day, (service, amount) in zip(days, paid, strict=False)]


def _targets() -> list[list[str]]:
    found = [
        ["2022-10", segment, level, entity, "agree", value, "count", "MONTH", "", apportion, version, since]
        for segment, level, entity, value, apportion, version, since in _rows(_TARGETS)
    ]
    return found + [
        ["2022-09", "CT0", "SITE", "SITE", "agree", "50", "count", "DAY", f"2022-09-{day:02}", "EXPLICIT", "2",
         "2022-09-05"]
        for day in range(1, 31)
        if day not in (4, 11, 18, 25)
    ]  # fmt: skip
