"""Codes that stored values use: segments, roles, call results, QC states. Words for people live in catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Segment(StrEnum):
    """The two outbound services of the SOP; `period` and segment are part of every claim's key."""

    CT0 = "CT0"
    PRANPC = "PRANPC"


class Role(StrEnum):
    """Roles of the roster."""

    AGENT = "AGENT"
    TL = "TL"
    SPV = "SPV"
    MANAGER = "MANAGER"
    QCO = "QCO"
    QRD = "QRD"
    DC = "DC"


class Severity(StrEnum):
    """What an issue does: stop everything, set a row aside, warn, or tell."""

    BLOCK = "BLOCK"
    QUARANTINE = "QUARANTINE"
    WARN = "WARN"
    INFO = "INFO"


class QcStatus(StrEnum):
    """The verdict of one tapping."""

    VALID = "VALID"
    NOT_VALID = "NOT_VALID"
    RETURN = "RETURN"
    PENDING = "PENDING"


class QcState(StrEnum):
    """The state of one claim in the agree ledger."""

    PENDING = "PENDING"
    VALID = "VALID"
    NOT_VALID = "NOT_VALID"
    RETURN_OPEN = "RETURN_OPEN"
    RETURN_TO_AGREE = "RETURN_TO_AGREE"
    RETURN_TO_DECLINE = "RETURN_TO_DECLINE"
    EXPIRED_RETURN = "EXPIRED_RETURN"


class PayState(StrEnum):
    """What became of the promise of one claim; the first is that of a claim that is not due."""

    NONE_YET = "NONE_YET"
    KEPT_ON_TIME = "KEPT_ON_TIME"
    KEPT_LATE = "KEPT_LATE"
    PARTIAL = "PARTIAL"
    BROKEN = "BROKEN"
    PAID_BEFORE_CALL = "PAID_BEFORE_CALL"


# States that take a claim out of net (3-kpis, K17); all but RETURN_OPEN let a later agree open a new claim.
NOT_NET = frozenset({QcState.NOT_VALID, QcState.RETURN_OPEN, QcState.RETURN_TO_DECLINE, QcState.EXPIRED_RETURN})
LOST = NOT_NET - {QcState.RETURN_OPEN}

UNMAPPED_ENTITY = "TIDAK TERPETAKAN"
AGREE = "R01"
UNMAPPED_RESULT = "X00"
DROP_TALK = "C04"
QC_REASONS = (*(f"RC{number:02}" for number in range(1, 13)), "RC99")
QC_CRITERIA = tuple(f"V{number:02}" for number in range(1, 13))
RECALL_DECLINES = frozenset({"R03", "R04", "R05", "R06", "R07", "R09"})


@dataclass(frozen=True)
class ResultCode:
    """One call result of T15. Monotone: agree needs rpc, rpc needs contacted, contacted needs connected."""

    code: str
    short: str
    label: str
    connected: bool
    contacted: bool
    rpc: bool
    is_dial: bool = True


def _codes(reach: tuple[bool, bool, bool], *rows: tuple[str, str, str]) -> list[ResultCode]:
    return [ResultCode(code, short, label, *reach) for code, short, label in rows]


RESULT_CODES: tuple[ResultCode, ...] = (
    *_codes(
        (False, False, False),
        ("U01", "RNA", "Tidak diangkat (Ring No Answer)"),
        ("U02", "BUSY", "Sibuk"),
        ("U03", "OFF", "Tidak aktif / di luar jangkauan"),
        ("U05", "REJECT", "Ditolak/reject sebelum bicara"),
        ("U06", "INVALID", "Nomor salah format/tidak terdaftar (Dead)"),
        ("X00", "UNMAPPED", "belum dipetakan"),
    ),
    ResultCode("U04", "MAILBOX", "Mailbox / voicemail", connected=True, contacted=False, rpc=False),
    ResultCode("U07", "NO_NUMBER", "Tidak ada nomor kontak", False, False, False, is_dial=False),
    ResultCode("U08", "SYS", "Gagal sistem/dialler/drop", False, False, False, is_dial=False),
    *_codes(
        (True, True, False),
        ("C01", "WRONG", "Salah sambung"),
        ("C02", "THIRD", "Bertemu keluarga/pihak lain, titip pesan"),
        ("C03", "MOVED", "Pindah alamat/bukan penghuni"),
        ("C04", "DROP_TALK", "Terputus saat bicara"),
        ("R10", "DECEASED", "Pelanggan meninggal"),
    ),
    *_codes(
        (True, True, True),
        ("R01", "AGREE", "Setuju/janji bayar (tgl+nego)"),
        ("R02", "FOLLOW_UP", "Minta dihubungi lagi / belum pasti"),
        ("R03", "DECLINE_FIN", "Menolak: keuangan"),
        ("R04", "DECLINE_SVC", "Komplain layanan/gangguan"),
        ("R05", "DECLINE_BILL", "Sengketa tagihan"),
        ("R06", "CHURN", "Ingin cabut/berhenti"),
        ("R07", "STOPPED", "Merasa sudah berhenti berlangganan"),
        ("R08", "PAID", "Mengaku sudah bayar"),
        ("R09", "DNC", "Minta tidak dihubungi"),
        ("R99", "OTHER", "Lain-lain"),
    ),
)
RESULT_BY_CODE = {code.code: code for code in RESULT_CODES}
