"""Numbers that only reports print, beside the catalogue of KPIs: their names, units and meanings."""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.kpi import CATALOGUE, Unit


@dataclass(frozen=True)
class Reported:
    """One number of a report: names in both languages, unit, decimals, and what it is."""

    id: str
    name_id: str
    name_en: str
    unit: Unit
    meaning: str
    decimals: int = 0


GUARD = "guard."
_COUNT, _CUST, _RP, _RATE = Unit.COUNT, Unit.CUSTOMERS, Unit.RUPIAH, Unit.RATE

REPORTED: dict[str, Reported] = {
    number.id: number
    for number in (
        Reported("promised_today", "Janji jatuh hari ini", "Promises for the day", _COUNT,
                 "net claims whose promise in force is for the report date"),
        Reported("promised_today_rupiah", "Nominal janji hari ini", "Amount promised for the day", _RP,
                 "what they owe"),
        Reported("promised_next", "Janji sampai hari kerja berikutnya", "Promises up to the next working day", _COUNT,
                 "net claims promised for the days after the report date up to the next working day"),
        Reported("promised_next_rupiah", "Nominal janji hari kerja berikutnya", "Amount promised up to then", _RP,
                 "what they owe"),
        Reported("overdue", "Janji lewat tanggal, belum lunas", "Promises past their date, not paid", _COUNT,
                 "net claims promised for one of the 30 days before the report date and not paid up to the tolerance"),
        Reported("overdue_rupiah", "Sisa nominal janji lewat tanggal", "What is still unpaid of them", _RP,
                 "what they owe less what was paid on them"),
        Reported("near_limit", "CT-0 mendekati batas, belum RPC", "CT-0 near the limit, no right party yet", _CUST,
                 "CT-0 services open on the report date, at most 3 working days before the 20th, without a right-party "
                 "contact in the month"),
        Reported("near_limit_rupiah", "Tunggakan CT-0 mendekati batas", "Arrears of these services", _RP,
                 "their arrears"),
        Reported("over_dialled", "Layanan terlalu sering dihubungi", "Over-dialled services", _CUST,
                 "services dialled more often on the report date than allowed, or more than 8 times in 5 working days "
                 "without a right-party contact"),
        Reported("taps", "Tapping hari itu", "Tappings of the day", _COUNT,
                 "tappings made on the report date, calibration left out"),
        Reported("taps_valid", "Tapping valid", "Tappings valid", _COUNT, "of these, valid"),
        Reported("taps_not_valid", "Tapping tidak valid", "Tappings not valid", _COUNT, "of these, not valid"),
        Reported("taps_return", "Tapping return", "Tappings returned", _COUNT, "of these, returned"),
        Reported("attempts", "Percobaan", "Attempts", _COUNT, "voice attempts, by their result"),
        Reported("attempts_share", "Bagian percobaan", "Share of attempts", _RATE, "of all voice attempts of the day",
                 1),
        Reported("attempts_mean", "Rata-rata lima hari kerja", "Mean of five working days", _COUNT,
                 "voice attempts per day of the five working days before", 1),
        Reported("attempts_change", "Selisih terhadap rata-rata", "Difference from the mean", _COUNT,
                 "attempts of the day less that mean", 1),
        Reported("K14.shrunken", "Agree rate agent, dihaluskan", "Agree rate of an agent, shrunken", _RATE,
                 "agree rate of the month, drawn to the mean of all agents the more the fewer contacts there are", 1),
        Reported("K45.low80", "Proyeksi, batas bawah 80 %", "Projection, lower 80 % bound", _COUNT,
                 "the month ends below with 10 % chance"),
        Reported("K45.high80", "Proyeksi, batas atas 80 %", "Projection, upper 80 % bound", _COUNT,
                 "the month ends above with 10 % chance"),
        Reported("K45.low95", "Proyeksi, batas bawah 95 %", "Projection, lower 95 % bound", _COUNT,
                 "the month ends below with 2.5 % chance"),
        Reported("K45.high95", "Proyeksi, batas atas 95 %", "Projection, upper 95 % bound", _COUNT,
                 "the month ends above with 2.5 % chance"),
        Reported("K45.reached", "Peluang target tercapai", "Chance of reaching the target", _RATE,
                 "chance that the month ends at or above the target", 0),
        *(
            Reported(f"{kpi}.{bound}", f"{CATALOGUE[kpi].name_id}, {name_id}", f"{CATALOGUE[kpi].name_en}, {name_en}",
                     CATALOGUE[kpi].unit, f"{meaning} of the days, from the 30 working days before the last ten",
                     CATALOGUE[kpi].decimals)
            for kpi in ("K09", "K14", "K13", "K17", "K18")
            for bound, name_id, name_en, meaning in (("centre", "tengah", "centre", "centre"),
                                                     ("lower", "batas bawah wajar", "lower limit", "lower limit"),
                                                     ("upper", "batas atas wajar", "upper limit", "upper limit"))
        ),
        Reported("K48.low", "Bagian gap, batas bawah 95 %", "Part of the gap, lower 95 % bound", _COUNT,
                 "lower bound of the part"),
        Reported("K48.high", "Bagian gap, batas atas 95 %", "Part of the gap, upper 95 % bound", _COUNT,
                 "upper bound of the part"),
        Reported("K48.shown", "Bagian gap, dibulatkan", "Part of the gap, rounded", _COUNT,
                 "the part as a whole number, so that the parts printed add up to the gap printed"),
        Reported("K48.sum", "Gap, jumlah bagian yang dicetak", "Gap, sum of the parts printed", _COUNT,
                 "the rounded parts added up: the rounded gap"),
        Reported("K48.recoverable", "Agree yang dapat dipulihkan", "Recoverable agrees", _COUNT,
                 "agrees that the named factors together would bring back at their reference, computed anew"),
        Reported("K48.reference", "Agree acuan", "Agrees of the reference", _COUNT, "agrees of the days compared with"),
        Reported("login_hours", "Jam login", "Hours logged in", Unit.HOURS, "hours logged in", 1),
    )
}  # fmt: skip


def about(kpi: str) -> tuple[Unit, int]:
    """Return unit and decimals of a KPI of the catalogue or of a number that only reports print; unknown: KeyError.

    The numbers of a gap's guards are counts (`guard.FEW_DAYS.days`), or shares by their name.
    """
    if kpi.startswith(GUARD):
        return (Unit.RATE, 1) if ".share" in kpi else (Unit.COUNT, 0)
    known = REPORTED.get(kpi) or CATALOGUE[kpi]
    return known.unit, known.decimals
