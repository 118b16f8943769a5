"""The bridge from the rows of each call file to the agrees of the month: "why not the number in my Excel?"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.model.bridge import FROM_ROWS, STEPS
from caringmon.model.codes import AGREE
from caringmon.model.findings import Load

# The columns of claims that the bridge reads.
BRIDGED = ("attempt_id", "superseded_by", "qc_state", "counts_gross", "counts_net")
_RETURNED = ("RETURN_OPEN", "RETURN_TO_DECLINE", "EXPIRED_RETURN")


def file_counts(
    attributed: pa.Table, visible: pa.Table, admitted: pa.Table, loads: Sequence[Load], first_day: dt.date
) -> tuple[pd.DataFrame, pa.Table]:
    """Return the steps of each call file down to its agrees, and from which load each agree of the month comes.

    `attributed`: attempt_id → load_id of the newest version in loads that were exported in time, `loads`. `visible`:
    the calls of the report's segments visible at the clock; `admitted`: those of them that enter the report. The
    first table has a row per load that covers a day of the month or has rows of it, and one without a file, of rows
    that only later exports brought (there `rows_read` is their number). The second: attempt_id, load_id, empty for
    those.
    """
    first = dt.datetime.combine(first_day, dt.time())
    month = visible.filter(pc.greater_equal(visible["called_at"], pa.scalar(first)))
    rows = month.select(["attempt_id", "service_no", "result_code", "channel"]).to_pandas()
    known = attributed.select(["attempt_id", "load_id"]).to_pandas()
    rows = rows.merge(known, on="attempt_id", how="left", validate="one_to_one").fillna({"load_id": ""})
    enters = admitted["attempt_id"].combine_chunks()
    rows["admitted"] = pc.is_in(pa.array(rows["attempt_id"], pa.string()), enters).to_numpy(zero_copy_only=False)
    agree = rows["admitted"] & rows["result_code"].eq(AGREE)
    voice = rows["channel"].eq("VOICE")
    flags = pd.DataFrame(
        {
            "inside": 1,
            "suppressed": ~rows["admitted"],
            "agree_rows": agree,
            "non_voice": rows["admitted"] & ~agree & ~voice,
            "other_results": rows["admitted"] & ~agree & voice,
        }
    ).astype("int64")
    per_load = flags.groupby(rows["load_id"]).sum()
    current = known.groupby("load_id").size()
    in_file = [_read(load, int(current.get(load.load_id, 0))) for load in loads if load.table == "calls"]
    later = int(per_load["inside"].get("", 0))
    if later:
        in_file.append({"load_id": "", "file": "", "rows_read": later, "current": later, "last_day": dt.date.max})
    read = pd.DataFrame(in_file, columns=["load_id", "file", "rows_read", *FROM_ROWS[:3], "current", "last_day"])
    counts = read.merge(per_load.reset_index(), on="load_id", how="left", validate="one_to_one").fillna(0)
    counts["outside"] = counts["current"] - counts["inside"]
    counts = counts[counts["inside"].gt(0) | (counts["last_day"] >= first_day)]
    ordered = counts.reindex(columns=["load_id", "file", "rows_read", *FROM_ROWS, "agree_rows"]).fillna(0)
    numbers = ordered.columns[2:]
    origins = pa.Table.from_pandas(rows.loc[agree, ["attempt_id", "load_id"]], preserve_index=False)
    return ordered.astype(dict.fromkeys(numbers, "int64")), origins


def _read(load: Load, current: int) -> dict[str, object]:
    return {
        "load_id": load.load_id,
        "file": load.source_file,
        "rows_read": load.rows_read,
        "set_aside": load.rows_quarantined,
        "repeats": load.rows_read - load.rows_quarantined - load.rows_loaded,
        "newer_elsewhere": load.rows_loaded - current,
        "current": current,
        "last_day": load.last_day,
    }


def bridge(counts: pd.DataFrame, origins: pa.Table, claims: pd.DataFrame) -> pd.DataFrame:
    """Return one row per file that has rows, with every step of `STEPS`; from `agree_rows` on they count agrees.

    `claims`: the month's claims with `attempt_id` (the opening call), `superseded_by`, `qc_state`, `counts_gross` and
    `counts_net` of the ledger. A claim stands in the row of the file of its opening call.
    """
    where = dict(zip(origins["attempt_id"].to_pylist(), origins["load_id"].to_pylist(), strict=True))
    opened = claims.assign(load_id=claims["attempt_id"].map(where).astype("str")).dropna(subset=["load_id"])
    gross = opened["counts_gross"].eq(1)
    lost = gross & opened["counts_net"].eq(0)
    returned, invalid = opened["qc_state"].isin(_RETURNED), opened["qc_state"].eq("NOT_VALID")
    flags = pd.DataFrame(
        {
            "claims": True,
            "superseded": opened["superseded_by"].notna(),
            "gross": gross,
            "not_valid": lost & invalid,
            "returned": lost & returned,
            "paid_before": lost & ~invalid & ~returned,
            "net": opened["counts_net"].eq(1),
        }
    ).astype("int64")
    per_load = flags.groupby(opened["load_id"]).sum().reset_index()
    table = counts.merge(per_load, on="load_id", how="left", validate="one_to_one").fillna(0)
    table["repeat_agrees"] = table["agree_rows"] - table["claims"]
    table = table[table["rows_read"].gt(0)].sort_values(["file", "load_id"], ignore_index=True)
    return table[["file", *STEPS]].astype(dict.fromkeys(STEPS, "int64"))


def bridge_total(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row: every step summed over the files."""
    return lines[list(STEPS)].sum().to_frame().T.astype("int64")
