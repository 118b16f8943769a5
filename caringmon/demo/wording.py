"""The words of the field: statuses, categories, reasons, notes and channels as the exports spell them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from caringmon.demo.plan import Bools, Ints
from caringmon.demo.rates import CODES

Words = npt.NDArray[np.object_]

CALL_TYPES = ("CT-0", "PraNPC")
DEALS = ("Akan Membayar Lunas", "PDD 6", "PDD 12", "")  # the last one for calls that are no agree
_NO_CONTACT, _CONTACT = "Not Contacted", "Contacted"
# code -> category and the reason words in use; where the field has no word, the label of the result catalogue.
_WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "U01": ("", ("RNA", "RNA", "TIDAK DIANGKAT")),
    "U02": ("", ("SIBUK",)),
    "U03": ("", ("TIDAK AKTIF",)),
    "U04": ("", ("Mailbox / voicemail",)),
    "U05": ("", ("REJECT",)),
    "U06": ("", ("DEAD",)),
    "U07": ("", ("TIDAK ADA NO KONTAK",)),
    "U08": ("", ("Gagal sistem/dialler/drop",)),
    "C01": ("", ("SALAH SAMBUNG",)),
    "C02": ("Follow Up", ("Bertemu keluarga/pihak lain, titip pesan",)),
    "C03": ("", ("PINDAH ALAMAT",)),
    "C04": ("Follow Up", ("Terputus saat bicara",)),
    "R01": ("Agree", ("", "JANJI BAYAR")),
    "R02": ("Follow Up", ("Minta dihubungi lagi / belum pasti",)),
    "R03": ("Decline", ("KENDALA KEUANGAN",)),
    "R04": ("Decline", ("COMPLAINT LAYANAN", "GANGGUAN")),
    "R05": ("Decline", ("Sengketa tagihan",)),
    "R06": ("Decline", ("INGIN CABUT",)),
    "R07": ("Decline", ("SUDAH BERHENTI BERLANGGANAN",)),
    "R08": ("Follow Up", ("SUDAH BAYAR",)),
    "R09": ("Decline", ("Minta tidak dihubungi",)),
    "R10": ("", ("Pelanggan meninggal",)),
    "R99": ("Decline", ("ENGGAN",)),
}
_FOLLOW = {"R02": "1", "C02": "1", "C04": "1"}
_AGREE_NOTES = (
    "",
    "",
    "janji transfer via m-banking",
    "bayar di indomaret; konfirmasi WA",
    "plg setuju bayar setelah gajian",
    "plg minta kode bayar\ndikirim ulang ke WA",
    "bersedia lunas; minta isolir dibuka",
    "janji bayar di alfamart dekat rumah",
    "setuju, pembayaran oleh istri; HP 0812-5550-1423",
)
_TALK_NOTES = (
    "",
    "",
    "plg sedang rapat; telp sore",
    "minta ditelp lagi besok",
    "yang angkat anaknya; titip pesan",
    "internet sering putus\nsudah lapor 147",
    "alternatif 0857 5550 2210 a.n. Bu Wulan",
    "plg minta keringanan",
    "sudah tidak dipakai sejak pindah rumah",
)
_SILENT_NOTES = ("", "", "", "", "coba lagi sore", "2x tdk diangkat", "no alternatif kosong")
QCO_ADVICE = {
    "": "",
    "RC01": "Bukan pelanggan; hubungi pemilik layanan",
    "RC02": "Persetujuan tidak jelas; tegaskan ulang",
    "RC03": "Sebutkan dan sepakati tanggal janji bayar",
    "RC04": "Sebutkan nominal tagihan",
    "RC05": "Perbaiki info denda dan isolir",
    "RC06": "Coaching etika; jangan menekan pelanggan",
    "RC07": "Rekaman tidak terdengar; cari rekaman atau recall",
    "RC08": "Kategori seharusnya Follow Up",
    "RC09": "Duplikat agree periode berjalan",
    "RC11": "Lengkapi verifikasi data pelanggan",
    "RC12": "Majukan janji bayar sebelum tanggal 20",
}
QCO_APPROVAL = ("", "", "Sesuai", "Pertahankan")


def words_of(rng: np.random.Generator, result: Ints, recall: Bools, again: Bools) -> pd.DataFrame:
    """Return status, kategori, reason, follow and ket of each call, as text."""
    code = np.array(CODES, dtype=object)
    reached = np.array([not c.startswith(("U", "X")) for c in CODES])
    status = np.where(reached, _CONTACT, _NO_CONTACT)[result].astype(object)
    status = np.where(again, "Follow Up Recall", np.where(recall, "Contacted Recall", status))
    category = np.array([_WORDS.get(c, ("", ()))[0] for c in CODES], dtype=object)
    follow = np.array([_FOLLOW.get(c, "" if not c.startswith("U") else "8") for c in CODES], dtype=object)
    return pd.DataFrame(
        {
            "status": status,
            "kategori": category[result],
            "reason": _one_of(rng, [_WORDS.get(c, ("", ("",)))[1] for c in CODES], result),
            "follow": np.where(recall, "6", follow[result]),
            "ket": _one_of(rng, [_notes(c) for c in code], result),
        }
    )


def spell(words: tuple[str, ...], number: Ints) -> Words:
    """Return the word of each number; -1 is the last word."""
    spelled: Words = np.array(words, dtype=object)[number]
    return spelled


def rupiah_text(amount: Ints) -> Words:
    """Return amounts as the billing list prints them: `Rp 412.350`."""
    return np.array([f"Rp {value:,}".replace(",", ".") for value in amount.tolist()], dtype=object)


def _notes(code: str) -> tuple[str, ...]:
    if code == "R01":
        return _AGREE_NOTES
    return _SILENT_NOTES if code.startswith(("U", "X")) else _TALK_NOTES


def _one_of(rng: np.random.Generator, choices: list[tuple[str, ...]], number: Ints) -> Words:
    """Return for each number one of its choices at random."""
    width = max(len(words) for words in choices)
    padded = np.array([(*words, *[""] * (width - len(words))) for words in choices], dtype=object)
    counts = np.array([len(words) for words in choices])
    drawn: Words = padded[number, (rng.random(len(number)) * counts[number]).astype(np.int64)]
    return drawn
