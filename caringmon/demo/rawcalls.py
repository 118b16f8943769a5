"""The calls as the dialler's application exports them, with the small dirt that real exports carry."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from caringmon.demo import plan, wording
from caringmon.demo.plan import Days, Ints
from caringmon.demo.rates import AGREE
from caringmon.demo.wording import Words, spell, words_of
from caringmon.demo.world import World

FIRST_CALL_ID = 70_000_001
_ZERO_DATE = "0000-00-00"  # how the application's database stores "no promise"
_UNMAPPED_WORDS = ("NADA TULALIT", "DIALIHKAN", "NO RESPON WA", "SIGNAL PUTUS2")
_UNMAPPED_SHARE, _STRAY_CALLS, _ZERO_PROMISES = 0.001, 15, 5
_UNASSIGNED_CALLS, _SPACED, _ODD_CASE, _FUTURE_CALLS = 20, 12, 30, 3


def raw_calls(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return every exported row as text, in order of time, with `called_at`, `segment` and `exported` beside.

    The columns are those of the application; ids count up with time. Dirt is in already.
    """
    calls, services = world.calls, world.services
    agent, result = calls["agent"].to_numpy(), calls["result"].to_numpy()
    own = services.iloc[calls["service"].to_numpy()]
    words = words_of(rng, result, calls["recall"].to_numpy(), calls["again"].to_numpy())
    called_at = calls["called_at"].to_numpy()
    number = FIRST_CALL_ID + np.arange(len(calls))
    raw = pd.DataFrame(
        {
            "id": _text(number),
            "tgl": instant_text(called_at),
            "login": world.people.agents["person_id"].to_numpy(dtype=object)[agent],
            "nama_agent": world.people.agents["display_name"].to_numpy(dtype=object)[agent],
            "fastel": own["service_no"].to_numpy(dtype=object),
            "no_telp": np.where(words["reason"] == "TIDAK ADA NO KONTAK", "", own["phone"].to_numpy(dtype=object)),
            "jenis": spell(wording.CALL_TYPES, calls["segment"].to_numpy()),
            "hasil_nego": spell(wording.DEALS, calls["deal"].to_numpy()),
            "janji_bayar": _promise_text(calls["promise"].to_numpy(), result),
            "durasi": duration_text(calls["talk"].to_numpy()),
            "input": np.where(calls["recall"], "Recall", "New"),
            "rekaman": np.where(calls["talk"] > 0, "REC-" + _text(number), ""),
            "called_at": called_at,
            "segment": calls["segment"].to_numpy(),
            "exported": export_days()[calls["day"].to_numpy()],
        }
    )
    return _with_dirt(rng, pd.concat([raw, words], axis=1), world)


def export_days() -> Days:
    """Return for each working day its export date.

    In the first month the systems exported once a week (the Saturday, or the month's last day), since then every
    evening.
    """
    weekday = np.array([day.isoweekday() for day in plan.WORKDAYS])
    saturday = plan.DAYS + (6 - weekday).astype("timedelta64[D]")
    weekly = np.minimum(saturday, plan.month_ends(plan.DAYS))
    is_first_month = plan.month_ends(plan.DAYS) == plan.month_ends(plan.DAYS).min()
    exported: Days = np.where(is_first_month, weekly, plan.DAYS)
    return exported


def instant_text(instants: Days) -> Words:
    """Return instants as `DD/MM/YYYY HH:MM:SS`."""
    days = instants.astype("datetime64[D]")
    seconds = (instants.astype("datetime64[s]") - days).astype(np.int64)
    known, place = np.unique(days, return_inverse=True)
    day_words = np.array([f"{day:%d/%m/%Y} " for day in known.astype(object)], dtype=object)
    text: Words = day_words[place] + duration_text(seconds)
    return text


def duration_text(seconds: Ints) -> Words:
    """Return seconds as `hh:mm:ss`; below one day."""
    known, place = np.unique(seconds, return_inverse=True)
    words = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in known.tolist()]
    text: Words = np.array(words, dtype=object)[place]
    return text


def _text(numbers: Ints) -> Words:
    return numbers.astype(str).astype(object)


def _promise_text(promise: Days, result: Ints) -> Words:
    text = np.datetime_as_string(promise.astype("datetime64[D]")).astype(object)
    return np.where(result == AGREE, text, _ZERO_DATE)


def _with_dirt(rng: np.random.Generator, raw: pd.DataFrame, world: World) -> pd.DataFrame:
    raw = raw.copy(deep=False)
    agreed = (raw["kategori"] == "Agree").to_numpy()
    is_ct0 = (raw["segment"] == plan.CT0).to_numpy()
    silent = np.flatnonzero((raw["status"] == "Not Contacted").to_numpy())
    october = (raw["called_at"] >= pd.Timestamp(plan.MONTHS[1].start)).to_numpy()
    unmapped = rng.choice(silent, round(len(raw) * _UNMAPPED_SHARE), replace=False)
    raw.loc[unmapped, "reason"] = spell(_UNMAPPED_WORDS, rng.integers(0, len(_UNMAPPED_WORDS), len(unmapped)))
    raw.loc[rng.choice(np.flatnonzero(agreed & is_ct0), _ZERO_PROMISES, replace=False), "janji_bayar"] = _ZERO_DATE
    new = (raw["input"] == "New").to_numpy() & october
    stray = np.r_[
        rng.choice(np.flatnonzero(new & ~agreed), _STRAY_CALLS - 1, replace=False),
        rng.choice(np.flatnonzero(new & agreed & ~raw["fastel"].duplicated(keep=False).to_numpy()), 1),
    ]
    raw.loc[stray, ["login", "nama_agent"]] = [world.people.stray_login, world.people.stray_name]
    spaced, odd = rng.choice(len(raw), _SPACED, replace=False), rng.choice(len(raw), _ODD_CASE, replace=False)
    raw.loc[odd, "status"] = np.where(odd % 2, raw["status"][odd].str.upper(), raw["status"][odd].str.lower())
    raw.loc[spaced, "status"] = raw["status"][spaced] + "&nbsp;"
    raw.loc[rng.choice(silent, _SPACED, replace=False), "kategori"] = "&nbsp;"
    strange = [_unassigned(rng, raw, silent), _after_export(rng, raw, silent[is_ct0[silent]])]
    extra = pd.concat(strange, ignore_index=True)
    extra["id"] = _text(FIRST_CALL_ID + len(raw) + np.arange(len(extra)))
    return pd.concat([raw, extra], ignore_index=True)


def _unassigned(rng: np.random.Generator, raw: pd.DataFrame, silent: Ints) -> pd.DataFrame:
    """Return calls to services that are on no list, 90 seconds after another call of the agent."""
    copied = raw.loc[rng.choice(silent, _UNASSIGNED_CALLS, replace=False)]
    later = (copied["called_at"] + pd.Timedelta(90, "s")).to_numpy()
    strangers = [f"0249{number}" for number in rng.choice(90_000, len(copied), replace=False) + 100_000]
    return copied.assign(called_at=later, tgl=instant_text(later), fastel=strangers)


def _after_export(rng: np.random.Generator, raw: pd.DataFrame, rows: Ints) -> pd.DataFrame:
    """Return copies of some `rows`, dated two days after the export that holds them: intake sets them aside."""
    copied = raw.loc[rng.choice(rows, _FUTURE_CALLS, replace=False)]
    days_left = copied["exported"] - copied["called_at"].dt.normalize()
    later = (copied["called_at"] + days_left + pd.Timedelta(2, "D")).to_numpy()
    return copied.assign(called_at=later, tgl=instant_text(later))


def exported_on(raw: pd.DataFrame, segment: int, date: dt.date) -> pd.DataFrame:
    """Return the rows of one export file, in order of time and id."""
    rows = raw[(raw["segment"] == segment) & (raw["exported"] == pd.Timestamp(date))]
    return rows.sort_values(["called_at", "id"], ignore_index=True)
