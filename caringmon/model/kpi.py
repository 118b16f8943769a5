"""The KPI catalogue K01-K56: one declarative row per indicator and sub-indicator (3-kpis).

A formula is a ratio of two named counts (`model/counts.py`); without a denominator the count is the value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from caringmon.model.codes import QC_REASONS, Segment

MIN_N = 20


class Unit(StrEnum):
    """How a value is read and printed."""

    COUNT = "n"
    CUSTOMERS = "cust"
    RUPIAH = "Rp"
    RATE = "rate"
    RATIO = "ratio"
    PER_DAY = "n/d"
    PER_HOUR = "n/h"
    SECONDS = "s"
    HOURS = "h"
    DAYS = "d"


class Direction(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    CONTEXT = "ctx"


class Kind(StrEnum):
    """What decides that something belongs to a window."""

    EVENT = "event"  # the day of the call, the holding, the attendance or the tapping
    COHORT = "cohort"  # the day of the agree, whatever became of it since
    DUE = "due"  # the last day on which a payment is on time
    PAYMENT = "payment"  # the day paid
    STATE = "state"  # nothing: what stands at the clock
    MONTH = "month"  # from the 1st of the month of the window's last day to that day
    WHOLE_MONTH = "whole month"  # the window is a calendar month


LEVELS = ("site", "spv", "tl", "agent", "witel")
_TEAMS = ("site", "spv", "tl")
_STAFF = ("site", "spv", "tl", "agent")
_SITE = ("site",)


@dataclass(frozen=True)
class Kpi:
    """One indicator.

    `numerator`, `denominator`: counts per entity and window. `needs`: tables that a loaded file must cover, and what
    a file may lack by design. `levels`, `segments`: where it exists (no segment named: in all). `later`: what it
    waits for; `instead`: the command that tells it, where it is no one number. A rate is named, coloured or put in
    order from `min_n` cases on.
    Source of names, formulas and edges: the procedure's KPI catalogue.
    """

    id: str
    name_id: str
    name_en: str
    numerator: str
    denominator: str
    unit: Unit
    direction: Direction
    clause: str
    kind: Kind
    needs: tuple[str, ...] = ()
    levels: tuple[str, ...] = LEVELS
    segments: tuple[str, ...] = ()
    later: str = ""
    instead: str = ""

    @property
    def unanswered(self) -> str:
        """The note of one that has no value of its own; empty: it has one."""
        if self.instead:
            return f"several numbers: ask caringmon {self.instead}"
        return f"later:{self.later}" if self.later else ""

    @property
    def parent(self) -> str:
        """The id of the catalogue that a sub-id belongs to: K28 of `K28.incl_late`."""
        return self.id.partition(".")[0]

    @property
    def decimals(self) -> int:
        """Decimal places when printed: one for quotients, two for kappa, none for counts and amounts."""
        if self.unit is Unit.RATIO:
            return 2
        is_quotient = self.unit is Unit.COUNT and bool(self.denominator)
        return int(is_quotient or self.unit in (Unit.RATE, Unit.PER_DAY, Unit.PER_HOUR, Unit.HOURS))

    @property
    def min_n(self) -> int:
        """The number of cases from which a rate may be named, coloured or put in order; 0 where it is no rate."""
        return MIN_N if self.unit is Unit.RATE and self.denominator else 0


_N, _CUST, _RP, _RATE, _RATIO, _DAYS = (
    Unit.COUNT, Unit.CUSTOMERS, Unit.RUPIAH, Unit.RATE, Unit.RATIO, Unit.DAYS,
)  # fmt: skip
_UP, _DOWN, _CTX = Direction.UP, Direction.DOWN, Direction.CONTEXT
_EVENT, _COHORT, _DUE, _PAID, _STATE, _MONTH, _WHOLE = Kind
_CALLS = ("calls",)
_LIST = ("services", "assignments")
_WORKED = ("calls", "services")
_CONTACT = ("calls", "services", "contact")
_QC = ("calls", "qc")
_PAY = ("payments",)
_T5 = ("attendance",)
_TIMED = ("calls", "durations")

# Indicators that are counted: ratios of sums over calls, holdings, claims, payments, attendance.
COUNTED: tuple[Kpi, ...] = (
    Kpi("K01", "Data ditugaskan", "Assigned", "assigned", "", _CUST, _CTX, "3", _EVENT, _LIST),
    Kpi("K02", "Saldo ditugaskan", "Assigned balance", "arrears", "", _RP, _CTX, "3", _EVENT, _LIST),
    Kpi("K03", "Data tergarap", "Worked", "worked", "", _CUST, _UP, "5.2", _EVENT, _WORKED),
    Kpi("K04", "Penetrasi data", "List penetration", "worked_of_list", "list", _RATE, _UP, "5.1", _EVENT,
        ("calls", *_LIST)),
    Kpi("K05", "Jumlah dial", "Attempts", "dials", "", _N, _CTX, "5.2", _EVENT, _CALLS),
    Kpi("K06", "Intensitas", "Attempts per worked record", "dials", "worked", _N, _CTX, "5.1", _EVENT, _WORKED),
    Kpi("K07", "Data belum disentuh", "Untouched", "untouched", "", _N, _DOWN, "5.2", _EVENT, ("calls", *_LIST)),
    *(
        Kpi(f"K07.{days}", f"Data belum disentuh, {days} hari kerja", f"Untouched, {days} working days",
            f"untouched_{days}", "", _N, _DOWN, "5.2", _EVENT, ("calls", *_LIST))
        for days in ("0-1", "2-3", "4-7", ">7")
    ),
    Kpi("K08", "Connect rate", "Connect rate", "connected_dials", "dials", _RATE, _UP, "5.1", _EVENT,
        ("calls", "contact")),
    Kpi("K09", "Contact rate (pelanggan)", "Contact rate (customers)", "contacted", "worked", _RATE, _UP, "5.1", _EVENT,
        _CONTACT),
    Kpi("K10", "Contact rate (attempt)", "Contact rate (attempts)", "contacted_dials", "dials", _RATE, _UP, "5.1",
        _EVENT, ("calls", "contact")),
    Kpi("K11", "RPC rate", "RPC rate", "rpc", "contacted", _RATE, _UP, "5.1", _EVENT, _CONTACT),
    Kpi("K12", "Nomor tidak valid", "Invalid number rate", "invalid_number", "attempted", _RATE, _DOWN, "5.1", _EVENT,
        _CONTACT),
    Kpi("K13", "Agree gross", "Gross agrees", "gross", "", _N, _UP, "2.1", _COHORT, _CALLS),
    Kpi("K14", "Agree rate (RPC)", "Agree rate (RPC)", "gross", "rpc", _RATE, _UP, "2.1", _COHORT, _CALLS),
    Kpi("K15", "Agree rate (terhubungi)", "Agree rate (contacted)", "gross", "contacted", _RATE, _UP, "2.1", _COHORT,
        _CONTACT),
    Kpi("K16", "Konversi data ke agree", "Record-to-agree conversion", "gross", "list", _RATE, _UP, "2.1", _COHORT,
        ("calls", *_LIST)),
    Kpi("K17", "Agree bersih", "Net agrees", "net", "", _N, _UP, "2.1, 6.5", _COHORT, _CALLS),
    Kpi("K18", "Agree valid", "Valid agrees", "valid", "", _N, _UP, "5.5", _COHORT, _QC),
    # Counts that stand beside K17 wherever it is printed.
    Kpi("pending", "Belum divalidasi", "Not yet validated", "pending", "", _N, _DOWN, "5.5", _COHORT, _QC),
    Kpi("return_open", "Return terbuka", "Open returns", "return_open", "", _N, _DOWN, "6.5", _COHORT, _QC),
    Kpi("not_valid", "Tidak valid", "Not valid", "not_valid", "", _N, _DOWN, "5.5", _COHORT, _QC),
    Kpi("lapsed", "Gugur lain", "Otherwise lapsed", "lapsed", "", _N, _DOWN, "6.5", _COHORT, _QC),
    Kpi("K22", "Dial per jam", "Dials per hour", "dials", "login_hours", Unit.PER_HOUR, _UP, "6.3", _EVENT,
        ("calls", *_T5), _STAFF),
    Kpi("K23", "AHT", "Average handling time", "handling_seconds", "timed_dials", Unit.SECONDS, _CTX, "-", _EVENT,
        _TIMED),
    Kpi("K24", "Okupansi", "Occupancy", "busy_hours", "login_hours", _RATE, _CTX, "-", _EVENT, (*_TIMED, *_T5), _STAFF),
    Kpi("K25", "Utilisasi", "Utilisation", "ready_hours", "planned_hours", _RATE, _UP, "-", _EVENT, _T5, _STAFF),
    Kpi("K26", "Kehadiran", "Attendance", "days_attended", "days_planned", _RATE, _UP, "-", _EVENT, _T5, _STAFF),
    Kpi("K27", "PTP jatuh tempo", "Due promises", "due", "", _N, _CTX, "-", _DUE, ("calls", *_PAY, "promises")),
    *(
        Kpi(name, name_id, name_en, count, over, _RATE, way, "2.1" if name.startswith("K28") else "-", _DUE,
            ("calls", *_PAY, "promises"))
        for name, name_id, name_en, count, over, way in (
            ("K28", "PTP kept rate", "Promises kept", "kept_on_time", "due", _UP),
            ("K28.incl_late", "PTP kept rate termasuk terlambat", "Promises kept, late ones included", "kept", "due",
             _UP),
            ("K28.by_amount", "PTP kept rate menurut nominal", "Promises kept by amount", "paid_of_due", "owed_of_due",
             _UP),
            ("K29", "PTP broken rate", "Promises broken", "broken", "due", _DOWN),
            ("K29.partial", "PTP terbayar sebagian", "Promises kept in part", "partial", "due", _DOWN),
            ("K29.late", "PTP ditepati terlambat", "Promises kept late", "kept_late", "due", _DOWN),
        )
    ),
    Kpi("K30", "Nominal janji", "Promised amount", "owed", "", _RP, _UP, "-", _COHORT, ("calls", "promises")),
    Kpi("K31", "Nominal tertagih", "Recovery amount", "recovered", "", _RP, _UP, "-", _PAID, ("calls", *_PAY)),
    Kpi("K31.late", "Nominal tertagih terlambat", "Recovered late", "recovered_late", "", _RP, _UP, "-", _PAID,
        ("calls", *_PAY)),
    Kpi("K32", "Collection ratio", "Collection ratio (liquidation)", "collected", "arrears", _RATE, _UP, "-", _PAID,
        (*_PAY, *_LIST)),
    Kpi("K33", "Cure rate", "Cure rate", "cured", "assigned", _RATE, _UP, "-", _PAID, (*_PAY, *_LIST)),
    Kpi("K34", "Roll rate PraNPC ke CT0", "Roll rate PraNPC to CT0", "rolled", "could_roll", _RATE, _DOWN, "-", _WHOLE,
        _LIST, segments=(Segment.PRANPC,)),
    Kpi("K35", "Cakupan tapping", "Tapping coverage", "tapped", "claims", _RATE, _UP, "9.4", _COHORT, _QC),
    Kpi("K36", "Valid rate", "Valid rate", "state_valid", "state_final", _RATE, _UP, "5.5", _COHORT, _QC),
    Kpi("K37", "Return rate (first pass)", "Return rate (first pass)", "returned_first", "tapped_known", _RATE, _DOWN,
        "6.5", _COHORT, _QC),
    Kpi("K38", "Not-valid rate", "Not-valid rate", "state_not_valid", "tapped", _RATE, _DOWN, "5.5", _COHORT, _QC),
    Kpi("K39", "Return recovery", "Return recovery", "returned_valid", "returned_final", _RATE, _UP, "9.3", _COHORT,
        _QC),
    Kpi("K40", "Umur return", "Return ageing, 90th percentile", "return_age_p90", "", _DAYS, _DOWN, "9.3", _STATE, _QC),
    *(
        Kpi(f"K40.{days}", f"Return terbuka {days} hari kerja", f"Open returns of {days} working days",
            f"returns_{days}", "", _N, _DOWN, "9.3", _STATE, _QC)
        for days in ("0-1", "2-3", ">3")
    ),
    Kpi("K41", "TAT tapping", "Time to tapping, median", "tap_hours_median", "", Unit.HOURS, _DOWN, "9.4", _COHORT,
        (*_QC, "time_of_day")),
    Kpi("K41.p90", "TAT tapping, persentil 90", "Time to tapping, 90th percentile", "tap_hours_p90", "", Unit.HOURS,
        _DOWN, "9.4", _COHORT, (*_QC, "time_of_day")),
    Kpi("K42", "Kesesuaian kalibrasi", "Calibration agreement", "calibration_agreeing", "calibration_pairs", _RATE, _UP,
        "7.2", _EVENT, _QC, _SITE),
    Kpi("K42.kappa", "Kappa kalibrasi", "Calibration kappa", "calibration_kappa", "", _RATIO, _UP, "7.2", _EVENT, _QC,
        _SITE),
    *(
        Kpi(f"K43.{code}", f"Temuan {code}", f"Defects {code}", f"defects_{code}", "defects", _RATE, _CTX, "9.2",
            _COHORT, _QC)
        for code in QC_REASONS
    ),
    Kpi("K43.duplicates", "Temuan pada duplikat", "Defects found on duplicates", "defects_of_duplicates", "", _N, _CTX,
        "9.2", _COHORT, _QC),
    Kpi("K49", "Janji melewati batas", "Promises beyond the limit", "beyond_limit", "gross", _RATE, _DOWN, "6.1",
        _COHORT, ("calls", "promises"), segments=(Segment.CT0,)),
    Kpi("K50", "Panggilan di luar jam", "Calls outside hours", "outside_hours", "dials", _RATE, _DOWN, "-", _EVENT,
        ("calls", "time_of_day")),
    Kpi("K55", "Komplain/ingin cabut", "Complaints and churn", "complaints", "rpc", _RATE, _DOWN, "9.1.3 b", _EVENT,
        _CONTACT),
)  # fmt: skip

# Indicators that compare counts with targets and working days.
COMPARED: tuple[Kpi, ...] = (
    Kpi("target", "Target", "Target", "target", "", _N, _CTX, "2.1", _EVENT, ("targets",)),
    Kpi("K19", "Pencapaian", "Achievement to date", "actual", "target", _RATE, _UP, "2.1", _EVENT, ("targets",)),
    Kpi("K19M", "Pencapaian bulan", "Achievement of the month", "month_actual", "month_target", _RATE, _UP, "2.1",
        _MONTH, ("targets",)),
    Kpi("K20", "Gap target", "Gap to target", "gap", "", _N, _UP, "2.1, 2.3", _EVENT, ("targets",)),
    Kpi("K21", "Agree per agent-hari", "Agrees per agent-day", "actual", "agent_days", _N, _UP, "6.3", _EVENT, _T5,
        _STAFF),
    Kpi("K21.per_hour", "Agree per jam login", "Agrees per login hour", "actual", "login_hours", Unit.PER_HOUR, _UP,
        "6.3", _EVENT, _T5, _STAFF),
    Kpi("K44", "Laju per hari kerja", "Run rate per working day", "month_actual", "elapsed", Unit.PER_DAY, _UP, "2.2",
        _MONTH),
    Kpi("K45", "Proyeksi akhir bulan", "Projection to month end", "projection", "", _N, _UP, "2.2", _MONTH),
    Kpi("K46", "Kebutuhan per hari kerja", "Required per working day", "short", "remaining", Unit.PER_DAY, _DOWN, "2.2",
        _MONTH, ("targets",)),
    Kpi("K47", "Penyebaran agent", "Share of agents on target", "agents_on_target", "agents_with_target", _RATE, _CTX,
        "6.3", _EVENT, ("targets",), _TEAMS),
    Kpi("uplift", "Kenaikan laju yang diperlukan", "Rise of the rate required", "required", "rate", _RATE, _DOWN, "2.2",
        _MONTH, ("targets",)),
    Kpi("elapsed", "Hari kerja berjalan", "Working days elapsed", "elapsed", "", _DAYS, _CTX, "2.2", _MONTH),
    Kpi("remaining", "Sisa hari kerja", "Working days left", "remaining", "", _DAYS, _CTX, "2.2", _MONTH),
    Kpi("workdays", "Hari kerja sebulan", "Working days of the month", "workdays", "", _DAYS, _CTX, "2.2", _MONTH),
)  # fmt: skip

# Indicators of what is known about the data, of late events, and of steps to come.
OTHERS: tuple[Kpi, ...] = (
    *(
        Kpi(f"{of}.{part}", f"{name_id} {label_id}", f"{name_en}, {label_en}", f"{count}_{part}", "", _N, way, "2.1",
            Kind.COHORT, _QC)
        for of, name_id, name_en, count in (("K17", "Agree bersih", "Net agrees", "net"),
                                            ("K18", "Agree valid", "Valid agrees", "valid"))
        for part, label_id, label_en, way in (("correction", "koreksi periode lalu", "corrections of earlier months",
                                               _CTX),
                                              ("corrected", "setelah koreksi", "after corrections", _UP))
    ),
    *(
        Kpi(f"K18.{part}", f"Estimasi agree valid{label_id}", f"Valid agrees, estimate{label_en}", f"valid_{part}", "",
            _N, _UP, "5.5", Kind.COHORT, _QC)
        for part, label_id, label_en in (("estimate", "", ""), ("low", ", batas bawah 80 %", ", lower 80 % bound"),
                                         ("high", ", batas atas 80 %", ", upper 80 % bound"))
    ),
    Kpi("K48", "Dekomposisi gap", "Gap decomposition", "gap_parts", "", _N, _CTX, "2.3", Kind.COHORT, instead="gap"),
    Kpi("K51", "Ketepatan kirim laporan", "Reports on time", "reports_on_time", "reports_due", _RATE, _UP, "7.1",
        Kind.EVENT, levels=_SITE, later="register"),
    Kpi("K52", "Ketelitian laporan", "Reports without error", "reports_right", "reports_issued", _RATE, _UP, "7.2",
        Kind.EVENT, levels=_SITE, later="register"),
    Kpi("K53", "Rekomendasi tepat waktu", "Recommendations on time", "recommendations_done", "recommendations_due",
        _RATE, _UP, "5.4, 5.6", Kind.EVENT, levels=_SITE, later="register"),
    Kpi("K54", "Efektivitas rekomendasi", "Effective recommendations", "recommendations_effective",
        "recommendations_verified", _RATE, _UP, "9.1.3 e", Kind.EVENT, levels=_SITE, later="register"),
    Kpi("K56", "Kelengkapan data", "Data completeness", "files_received", "files_expected", _RATE, _UP, "7.2",
        Kind.EVENT, levels=_SITE),
)  # fmt: skip

CATALOGUE: dict[str, Kpi] = {kpi.id: kpi for kpi in (*COUNTED, *COMPARED, *OTHERS)}
ACTUAL_KPI = {"net": "K17", "valid": "K18", "gross": "K13"}
# What the documents of this edition count and define, in the order of their list.
DAILY = (
    "K01", "K03", "K04", "K05", "K06", "K08", "K09", "K10", "K11", "K13", "K14", "K15", "K16", "K17", "K18",
    "pending", "return_open", "not_valid", "lapsed", "target", "K19", "K19M", "K20", "K44", "K45", "K46", "uplift",
    "elapsed", "remaining", "workdays",
)  # fmt: skip
