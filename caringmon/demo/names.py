"""Invented names and numbers that look like those of the field."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caringmon.demo.plan import Ints

_FIRST_WORDS = (
    "Adi Agus Anisa Arif Ayu Bagas Bayu Citra Danu Dewi Dian Dimas Eka Endah Fajar Fitri Galih Gita Hana Hendra "
    "Ika Indra Intan Joko Kartika Laras Lukman Maya Nanda Nisa Nur Okta Putri Rama Rani Ratna Rini Rizky Sari "
    "Sinta Surya Tari Tegar Tiara Wahyu Wulan Yoga Yuni"
)
_LAST_WORDS = (
    "Adinata Anggara Astuti Basuki Budiman Darmawan Firmansyah Gunadi Handoko Hartono Hidayat Irawan Kurnia "
    "Kusuma Lestari Mahendra Maulana Nugraha Nurhayati Pamungkas Permana Prabowo Pradana Prasetya Purnomo Rahayu "
    "Ramadhan Saputra Setiawan Sulistyo Suryani Susanto Utami Wibisono Wicaksono Wijaya Winarno Yulianti"
)
FIRST, LAST = _FIRST_WORDS.split(), _LAST_WORDS.split()
MOBILE_PREFIXES = ("0812", "0813", "0821", "0852", "0857", "0878", "0896", "0838")

# A prime that shares no factor with the range below: consecutive services get scattered, distinct serials.
_STEP, _SERIALS = 1_299_709, 3_000_000
_AREA_CODES = ("024", "0274", "0271", "022", "0361", "0411")
_NETWORKS = ("1411", "1412", "1413", "1311", "1511", "1721")


def distinct_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return `count` different full names of two words."""
    picks = rng.permutation(len(FIRST) * len(LAST))[:count]
    return [f"{FIRST[pick % len(FIRST)]} {LAST[pick // len(FIRST)]}" for pick in picks]


def customer_names(rng: np.random.Generator, count: int) -> npt.NDArray[np.object_]:
    """Return `count` names in capitals, as the billing system prints them; they repeat."""
    pool = np.array([f"{first} {last}".upper() for first in FIRST for last in LAST], dtype=object)
    return pool[rng.integers(0, len(pool), count)]


def phone_numbers(rng: np.random.Generator, count: int) -> npt.NDArray[np.object_]:
    """Return `count` mobile numbers of 12 digits."""
    prefixes = rng.integers(0, len(MOBILE_PREFIXES), count)
    tails = rng.integers(20_000_000, 99_999_999, count)
    return np.array([f"{MOBILE_PREFIXES[p]}{t}" for p, t in zip(prefixes, tails, strict=True)], dtype=object)


def service_numbers(serials: Ints, witels: Ints, landline_share: float) -> npt.NDArray[np.object_]:
    """Return one number per serial: a landline with its leading zero, or a 12-digit internet number.

    Distinct serials below three million give distinct numbers.
    """
    scattered = (serials * _STEP) % _SERIALS + 6_000_000
    is_landline = (serials * 7919) % 1000 < landline_share * 1000
    return np.array(
        [
            f"{_AREA_CODES[w]}{s}" if landline else f"{_NETWORKS[w]}0{s}"
            for s, w, landline in zip(scattered, witels, is_landline, strict=True)
        ],
        dtype=object,
    )
