"""The world as files: every table in the form in which the field's systems export it."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from caringmon.demo import calls, plan, rawcalls, wording
from caringmon.demo.lists import DATELS
from caringmon.demo.plan import Ints
from caringmon.demo.sheets import save_table
from caringmon.demo.wording import rupiah_text, spell
from caringmon.demo.world import World

_CALL_HEADER = (
    "id;tgl;login;nama_agent;fastel;no_telp;jenis;status;kategori;reason;hasil_nego;janji_bayar;durasi;input;"
    "follow;rekaman;ket"
)
_SHEET_HEADER = (
    "No,Call ID,Tanggal,Login,Nama Agent,FASTEL,No_Telepon,Layanan,Status Call,Kategori Call,Reason Call,Hasil Nego,"
    "Tanggal_Janji_Bayar,Durasi Call,Keterangan"
)
CALL_COLUMNS, SHEET_COLUMNS = _CALL_HEADER.split(";"), _SHEET_HEADER.split(",")
# Two exports of PRANPC were sent as workbooks.
SHEET_EXPORTS = (dt.date(2022, 9, 17), dt.date(2022, 10, 22))
_CALL_FILE = ("Data CT0 CARING {} AllArea", "Data PRA_NPC CARING {} AllArea")
_REGIONALS = ("4", "4", "4", "3", "5", "7")
_STOS = (
    ("SMC", "UNG", "KDL"),
    ("YGK", "SLM", "BTL"),
    ("SLO", "KLT", "BYL"),
    ("BDK", "CMI", "SOR"),
    ("DPS", "GIN", "TAB"),
    ("MAS", "MRS", "GOW"),
)
_STO_OF_DATEL = {d: s for datels, stos in zip(DATELS, _STOS, strict=True) for d, s in zip(datels, stos, strict=True)}


def write_calls(inbox: Path, raw: pd.DataFrame) -> list[Path]:
    """Write one file per segment and export: `;` text with a trailing `;`, or twice a workbook."""
    exported: list[dt.date] = sorted(set(rawcalls.export_days()[: plan.CALL_DAYS].astype(object)))
    written = []
    for segment, name in enumerate(_CALL_FILE):
        for day in exported:
            rows = rawcalls.exported_on(raw, segment, day)
            as_sheet = segment == plan.PRANPC and day in SHEET_EXPORTS
            path = inbox / f"{name.format(day)}.{'xlsx' if as_sheet else 'csv'}"
            if as_sheet:
                _write_call_sheet(path, rows, day)
            else:
                _write_call_text(path, rows)
            written.append(path)
    return written


def _write_call_text(path: Path, rows: pd.DataFrame) -> None:
    rows[CALL_COLUMNS].to_csv(
        path, sep=";", index=False, quoting=csv.QUOTE_ALL, lineterminator=";\r\n", encoding="utf-8-sig"
    )


def _write_call_sheet(path: Path, rows: pd.DataFrame, exported: dt.date) -> None:
    promise = rows["janji_bayar"].where(rows["janji_bayar"].str.startswith("2"), None)
    columns = [
        np.arange(1, len(rows) + 1),
        rows["id"],
        rows["called_at"],
        rows["login"],
        rows["nama_agent"],
        rows["fastel"],
        rows["no_telp"],
        rows["jenis"],
        rows["status"],
        rows["kategori"],
        rows["reason"],
        rows["hasil_nego"],
        pd.to_datetime(promise, format="%Y-%m-%d"),
        rows["durasi"],
        rows["ket"],
    ]
    table = pd.DataFrame(dict(zip(SHEET_COLUMNS, columns, strict=True)))
    first = rows["called_at"].min()
    heading = ("LAPORAN DATA CALL CARING PRA NPC - ALL AREA", f"Periode {first:%d/%m/%Y} s.d. {exported:%d/%m/%Y}")
    save_table(path, "DATA ALL", table, heading)


def write_lists(inbox: Path, world: World) -> list[Path]:
    """Write the data orders of each month: CT0 as workbook, PRANPC as `;` text with amounts as text."""
    written = []
    for month, period in enumerate(plan.MONTHS):
        ordered = world.services[world.services["month"] == month]
        first_workday = plan.WORKDAYS[plan.day_no(period.start)]
        ct0 = _order_columns(world, ordered[ordered["segment"] == plan.CT0], f"{period.start:%Y-%m}")
        pranpc = _order_columns(world, ordered[ordered["segment"] == plan.PRANPC], f"{period.start:%Y-%m}")
        ct0["Tgl Order"] = np.datetime64(first_workday)
        written.append(inbox / f"Data Order CT0 {period.start}.xlsx")
        save_table(written[-1], "DATA ORDER", ct0)
        pranpc["Saldo"] = rupiah_text(pranpc["Saldo"].to_numpy())
        pranpc = pranpc.rename(columns={"Saldo": "TOTAL TAGIHAN"}).assign(**{"Tgl Order": f"{first_workday:%d/%m/%Y}"})
        written.append(_write_text(inbox / f"Data Order PRANPC {period.start}.csv", pranpc))
    return written


def _order_columns(world: World, ordered: pd.DataFrame, period: str) -> pd.DataFrame:
    witel = ordered["witel"].to_numpy()
    return pd.DataFrame(
        {
            "Periode": period,
            "Layanan": spell(plan.SEGMENTS, ordered["segment"].to_numpy()),
            "SND": ordered["service_no"].to_numpy(dtype=object),
            "NCLI": ordered["customer_id"].to_numpy(dtype=object),
            "NAMA PELANGGAN": ordered["customer_name"].to_numpy(dtype=object),
            "Lembar": ordered["unpaid_bills"].to_numpy(),
            "Saldo": ordered["arrears"].to_numpy(),
            "REGIONAL": spell(_REGIONALS, witel),
            "Witel": spell(plan.WITELS, witel),
            "DATEL": ordered["datel"].to_numpy(dtype=object),
            "STO": ordered["datel"].map(_STO_OF_DATEL).to_numpy(dtype=object),
            "PETUGAS": world.people.agents["person_id"].to_numpy(dtype=object)[ordered["holder"].to_numpy()],
        }
    )


def write_taps(rng: np.random.Generator, inbox: Path, world: World) -> list[Path]:
    """Write the tap log, one row per tap, in a file per export."""
    taps = world.taps
    place = _place_of_key(world)[taps["key"].to_numpy()]
    judged = world.calls.iloc[place]
    officer = taps["officer"].to_numpy()
    advice = taps["reason"].map(wording.QCO_ADVICE).to_numpy(dtype=object)
    praise = spell(wording.QCO_APPROVAL, rng.integers(0, len(wording.QCO_APPROVAL), len(taps)))
    tapped = calls.clock(taps["day"].to_numpy(), taps["seconds"].to_numpy())
    log = pd.DataFrame(
        {
            "id_tapping": np.arange(400_001, 400_001 + len(taps)),
            "Call ID": rawcalls.FIRST_CALL_ID + place,
            "fastel": world.services["service_no"].to_numpy(dtype=object)[judged["service"].to_numpy()],
            "Tgl Call": rawcalls.instant_text(judged["called_at"].to_numpy()),
            "Login QCO": spell(world.people.officers, officer),
            "nama_qco": spell(world.people.officer_names, officer),
            "tanggal_tapping": np.char.replace(np.datetime_as_string(tapped), "T", " ").astype(object),
            "valid": taps["status"].to_numpy(dtype=object),
            "Alasan Return": taps["reason"].to_numpy(dtype=object),
            "Rekomendasi QCO": np.where(taps["status"] == "Valid", praise, advice),
            "round": taps["round"].to_numpy(),
            "proses_layanan": taps["process"].to_numpy(),
            "sikap_layanan": taps["attitude"].to_numpy(),
            "solusi_layanan": taps["solution"].to_numpy(),
        }
    )
    exported = np.unique(rawcalls.export_days())
    cut = np.searchsorted(exported, tapped.astype("datetime64[D]"))
    return [
        _write_text(inbox / f"Tapping QCO {day}.csv", log[cut == number])
        for number, day in enumerate(exported.astype(object))
        if (cut == number).any()
    ]


def _place_of_key(world: World) -> Ints:
    """Return for each call key its place in the order of time, which gives the exported id."""
    key = world.calls["key"].to_numpy()
    place = np.zeros(int(key.max()) + 1, dtype=np.int64)
    place[key] = np.arange(len(key))
    return place


def write_payments(inbox: Path, world: World) -> list[Path]:
    """Write the payments of each month, dated to its last day."""
    paid = world.payments.sort_values(["paid_at", "service", "amount"], kind="stable")
    own = world.services.iloc[paid["service"].to_numpy()]
    # The oldest unpaid bill: three bills in month M reach back to M-2.
    listed_in = np.array([period.start for period in plan.MONTHS], dtype="datetime64[M]")[own["month"].to_numpy()]
    bill = listed_in - (own["unpaid_bills"].to_numpy() - 1).astype("timedelta64[M]")
    table = pd.DataFrame(
        {
            "fastel": own["service_no"].to_numpy(dtype=object),
            "Tanggal Pembayaran": paid["paid_at"].dt.strftime("%d/%m/%Y").to_numpy(dtype=object),
            "PAYMENT_AMOUNT 1": paid["amount"].to_numpy(),
            "CHANEL BAYAR 1": paid["channel"].to_numpy(dtype=object),
            "Periode Tagihan": np.datetime_as_string(bill).astype(object),
        }
    )
    written = []
    for period in plan.MONTHS:
        inside = (paid["paid_at"] >= pd.Timestamp(period.start)) & (paid["paid_at"] < pd.Timestamp(period.end))
        written.append(_write_text(inbox / f"Data Pembayaran {period.last_day}.csv", table[inside.to_numpy()]))
    return written


def write_staff(inbox: Path, world: World) -> list[Path]:
    """Write roster, targets and attendance as workbooks with our own column names."""
    sheets = {"roster.xlsx": _dated(world.people.roster, "valid_from", "valid_to")}
    attendance = _dated(world.attendance, "date")
    for month, targets in zip(plan.TARGET_MONTHS, world.targets, strict=True):
        sheets[f"target_{month.start:%Y-%m}.xlsx"] = _dated(targets, "date", "approved_at", "effective_from")
    for period in plan.MONTHS:
        code = f"{period.start:%Y-%m}"
        inside = (attendance["date"] >= pd.Timestamp(period.start)) & (attendance["date"] < pd.Timestamp(period.end))
        sheets[f"absensi_{code}.xlsx"] = attendance[inside]
    for name, table in sheets.items():
        save_table(inbox / name, name.split("_")[0].removesuffix(".xlsx"), table)
    return [inbox / name for name in sheets]


def _dated(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table.assign(**{name: pd.to_datetime(table[name]).astype("datetime64[s]") for name in columns})


def _write_text(path: Path, table: pd.DataFrame) -> Path:
    table.to_csv(path, sep=";", index=False, lineterminator="\r\n", encoding="utf-8")
    return path
