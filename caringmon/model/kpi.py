"""The KPI catalogue: one declarative row per indicator (3-kpis). Formulas are ratios of named counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a value is read and printed."""

    COUNT = "n"
    CUSTOMERS = "cust"
    RATE = "rate"
    RATIO = "ratio"
    PER_DAY = "n/d"
    DAYS = "d"


class Direction(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    CONTEXT = "ctx"


@dataclass(frozen=True)
class Kpi:
    """One indicator.

    `numerator`, `denominator`: counts that `kpi_values` makes per entity and window (empty denominator: the count
    itself is the value). `needs`: what a file may lack by design and the indicator cannot do without.
    Source of names, formulas and edges: the procedure's KPI catalogue K01-K56.
    """

    id: str
    name_id: str
    name_en: str
    numerator: str
    denominator: str
    unit: Unit
    direction: Direction
    decimals: int
    clause: str
    needs: tuple[str, ...] = ()


_UP, _DOWN, _CTX = Direction.UP, Direction.DOWN, Direction.CONTEXT
_LIST = ("services", "assignments")
_CONTACT = ("services", "contact")

# Indicators that are counted from calls, holdings and claims.
COUNTED: tuple[Kpi, ...] = (
    Kpi("K01", "Data ditugaskan", "Assigned", "assigned", "", Unit.CUSTOMERS, _CTX, 0, "3", _LIST),
    Kpi("K03", "Data tergarap", "Worked", "worked", "", Unit.CUSTOMERS, _UP, 0, "5.2", ("services",)),
    Kpi("K04", "Penetrasi data", "List penetration", "worked_of_list", "list", Unit.RATE, _UP, 1, "5.1", _LIST),
    Kpi("K05", "Jumlah dial", "Attempts", "dials", "", Unit.COUNT, _CTX, 0, "5.2"),
    Kpi("K06", "Intensitas", "Attempts per worked record", "dials", "worked", Unit.RATIO, _CTX, 1, "5.1",
        ("services",)),
    Kpi("K08", "Connect rate", "Connect rate", "connected_dials", "dials", Unit.RATE, _UP, 1, "5.1", ("contact",)),
    Kpi("K09", "Contact rate (pelanggan)", "Contact rate (customers)", "contacted", "worked", Unit.RATE, _UP, 1, "5.1",
        _CONTACT),
    Kpi("K10", "Contact rate (attempt)", "Contact rate (attempts)", "contacted_dials", "dials", Unit.RATE, _UP, 1,
        "5.1", ("contact",)),
    Kpi("K11", "RPC rate", "RPC rate", "rpc", "contacted", Unit.RATE, _UP, 1, "5.1", _CONTACT),
    Kpi("K13", "Agree gross", "Gross agrees", "gross", "", Unit.COUNT, _UP, 0, "2.1"),
    Kpi("K14", "Agree rate (RPC)", "Agree rate (RPC)", "gross", "rpc", Unit.RATE, _UP, 1, "2.1"),
    Kpi("K15", "Agree rate (terhubungi)", "Agree rate (contacted)", "gross", "contacted", Unit.RATE, _UP, 1, "2.1",
        _CONTACT),
    Kpi("K16", "Konversi data ke agree", "Record-to-agree conversion", "gross", "list", Unit.RATE, _UP, 1, "2.1",
        _LIST),
    Kpi("K17", "Agree bersih", "Net agrees", "net", "", Unit.COUNT, _UP, 0, "2.1, 6.5"),
    Kpi("K18", "Agree valid", "Valid agrees", "valid", "", Unit.COUNT, _UP, 0, "5.5", ("qc",)),
    # Counts that stand beside K17 wherever it is printed.
    Kpi("pending", "Belum divalidasi", "Not yet validated", "pending", "", Unit.COUNT, _DOWN, 0, "5.5", ("qc",)),
    Kpi("return_open", "Return terbuka", "Open returns", "return_open", "", Unit.COUNT, _DOWN, 0, "6.5", ("qc",)),
    Kpi("not_valid", "Tidak valid", "Not valid", "not_valid", "", Unit.COUNT, _DOWN, 0, "5.5", ("qc",)),
)  # fmt: skip

# Indicators that compare counts with targets and working days.
COMPARED: tuple[Kpi, ...] = (
    Kpi("target", "Target", "Target", "target", "", Unit.COUNT, _CTX, 0, "2.1", ("targets",)),
    Kpi("K19", "Pencapaian", "Achievement to date", "actual", "target", Unit.RATE, _UP, 1, "2.1", ("targets",)),
    Kpi("K19M", "Pencapaian bulan", "Achievement of the month", "actual", "month_target", Unit.RATE, _UP, 1, "2.1",
        ("targets",)),
    Kpi("K20", "Gap target", "Gap to target", "gap", "", Unit.COUNT, _UP, 0, "2.1, 2.3", ("targets",)),
    Kpi("K44", "Laju per hari kerja", "Run rate per working day", "actual", "elapsed", Unit.PER_DAY, _UP, 1, "2.2"),
    Kpi("K45", "Proyeksi akhir bulan", "Projection to month end", "projection", "", Unit.COUNT, _UP, 0, "2.2"),
    Kpi("K46", "Kebutuhan per hari kerja", "Required per working day", "missing", "remaining", Unit.PER_DAY, _DOWN, 1,
        "2.2", ("targets",)),
    Kpi("uplift", "Kenaikan laju yang diperlukan", "Rise of the rate required", "required", "rate", Unit.RATE, _DOWN, 1,
        "2.2", ("targets",)),
    Kpi("elapsed", "Hari kerja berjalan", "Working days elapsed", "elapsed", "", Unit.DAYS, _CTX, 0, "2.2"),
    Kpi("remaining", "Sisa hari kerja", "Working days left", "remaining", "", Unit.DAYS, _CTX, 0, "2.2"),
    Kpi("workdays", "Hari kerja sebulan", "Working days of the month", "workdays", "", Unit.DAYS, _CTX, 0, "2.2"),
)  # fmt: skip

CATALOGUE: dict[str, Kpi] = {kpi.id: kpi for kpi in (*COUNTED, *COMPARED)}
ACTUAL_KPI = {"net": "K17", "valid": "K18", "gross": "K13"}
