"""Closed periods: what was frozen after a QC cut-off, and the record that says so (2-data-model, T18).

Append-only: `store/closes/closes.json` gains a line, the snapshots beside it are named by their content. A register
database can take the two functions' place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from caringmon.errors import DataBlockedError, Reason, RefusedError
from caringmon.store.files import only_one, write_whole

FROZEN = ["period", "segment", "kpi", "value", "numerator", "denominator", "note", "snapshot", "accepted_open"]


@dataclass(frozen=True)
class Close:
    """One closed period of a segment. The digests name the frozen KPI values and claims; `by`: who closed it."""

    period: str
    segment: str
    closed_at: dt.datetime
    qc_cutoff_at: dt.datetime
    payment_asof: dt.date
    accepted_open: int
    kpi_snapshot_sha256: str
    claims_sha256: str
    by: str


def read_closes(workspace: Path) -> tuple[Close, ...]:
    """Return all closes in the order in which they were made."""
    path = _record(workspace)
    if not path.exists():
        return ()
    return tuple(_close(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def add_close(workspace: Path, close: Close) -> bool:
    """Add a close unless its period is closed already; return whether it was added."""
    with only_one(workspace / "store"):
        closes = read_closes(workspace)
        if any((known.period, known.segment) == (close.period, close.segment) for known in closes):
            return False
        lines = [json.dumps(asdict(one), default=str, sort_keys=True) for one in (*closes, close)]
        write_whole(_record(workspace), ("\n".join(lines) + "\n").encode())
    return True


def keep_frozen(workspace: Path, table: pa.Table) -> str:
    """Keep a table as Parquet named by its content; return its sha256. Equal tables give equal names."""
    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    digest = hashlib.sha256(content).hexdigest()
    path = _folder(workspace) / f"{digest}.parquet"
    if not path.exists():
        write_whole(path, content)
    return digest


def frozen_values(workspace: Path, segments: Sequence[str], period: str) -> pd.DataFrame:
    """Return what was frozen for the site in the months of the year that are closed, up to the period (`FROZEN`).

    The period of one of the segments is not closed: DataBlockedError with the command that closes it. A snapshot that
    is gone or altered: RefusedError.
    """
    closes = {(one.period, one.segment): one for one in read_closes(workspace)}
    for segment in segments:
        if (period, segment) not in closes:
            raise DataBlockedError(
                f"{segment} {period} is not closed; its figures are those of the closed month. After the QC cut-off "
                f"run caringmon close --segment {segment} --period {period}",
                Reason("MONTH_NOT_CLOSED"),
            )
    wanted = [
        one
        for key, one in sorted(closes.items())
        if key[1] in segments and key[0][:4] == period[:4] and key[0] <= period
    ]
    frozen = [_site_values(workspace, one) for one in wanted]
    return pd.concat([pd.DataFrame(columns=FROZEN), *frozen], ignore_index=True)[FROZEN]


def _site_values(workspace: Path, close: Close) -> pd.DataFrame:
    path = _folder(workspace) / f"{close.kpi_snapshot_sha256}.parquet"
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != close.kpi_snapshot_sha256:
        raise RefusedError(
            f"{close.segment} {close.period}: its snapshot {close.kpi_snapshot_sha256[:12]} is gone "
            "or was altered; put store/closes/ back as it was",
            Reason("SNAPSHOT_ALTERED"),
        )
    values = pa.parquet.read_table(io.BytesIO(content)).to_pandas()
    of_site = values[values["level"] == "site"].sort_values("kpi", ignore_index=True)
    told: pd.DataFrame = of_site.assign(
        period=close.period,
        segment=close.segment,
        snapshot=close.kpi_snapshot_sha256,
        accepted_open=close.accepted_open,
    )
    return told


def _close(record: dict[str, str]) -> Close:
    times = {name: dt.datetime.fromisoformat(record[name]) for name in ("closed_at", "qc_cutoff_at")}
    asof = dt.date.fromisoformat(record["payment_asof"])
    return Close(**{**record, **times, "payment_asof": asof})  # type: ignore[arg-type]


def _folder(workspace: Path) -> Path:
    return workspace / "store" / "closes"


def _record(workspace: Path) -> Path:
    return _folder(workspace) / "closes.json"
