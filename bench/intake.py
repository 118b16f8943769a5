"""Cost of loading one million attempts from a text file, as ratios to DuckDB's bare copy of it to Parquet.

Run: python bench/intake.py [ATTEMPTS]. Prints, never asserts. Every figure comes from a process of its own: elapsed
seconds (the ratio), seconds of all its threads (what a busy machine changes least), the most memory that it held.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

HEADERS = [
    "id", "tgl", "login", "nama_agent", "fastel", "no_telp", "jenis", "status", "kategori", "reason", "hasil_nego",
    "janji_bayar", "durasi", "input", "follow", "rekaman", "ket",
]  # fmt: skip
# Status, category, reason, negotiation, promise date.
RESULTS = [
    ("Contacted", "Agree", "", "Akan Membayar Lunas", "2022-11-05"),
    ("Not Contacted", "", "RNA", "", "0000-00-00"),
    ("Not Contacted", "", "SIBUK", "", "0000-00-00"),
    ("Contacted", "Decline", "KENDALA KEUANGAN", "", "0000-00-00"),
    ("Contacted", "Follow Up", "", "", "0000-00-00"),
]
START = dt.datetime(2022, 10, 1)
NAME = "Data CT0 2022-10-31.csv"
# What is written into one note in a hundred.
NOTES = {
    "plain": "",
    "quoted newlines, ; and leading spaces in 1 % of notes": ' minta kode\r\nbayar; lalu ""WA""',
    "a lone carriage return in one note": "minta kode\rbayar",
}
RUNS = 3


def lines(attempts: int, note: str, every: int) -> Iterator[str]:
    """Yield an export as the application writes it: all quoted, `;` behind every line, CRLF, four calls a service."""
    random = np.random.default_rng(0)
    results = random.integers(0, len(RESULTS), attempts)
    services = random.integers(0, max(attempts // 4, 1), attempts)
    agents = random.integers(0, 320, attempts)
    seconds = random.integers(0, 31 * 86_400, attempts)
    yield "".join(f'"{name}";' for name in HEADERS) + "\r\n"
    for row, (result, service, agent, second) in enumerate(
        zip(results.tolist(), services.tolist(), agents.tolist(), seconds.tolist(), strict=True)
    ):
        status, category, reason, negotiation, promise = RESULTS[result]
        called_at = f"{START + dt.timedelta(seconds=second):%d/%m/%Y %H:%M:%S}"
        text = note if note and row % every == 0 else f"catatan {row % 5000}"
        cells = (
            f"{70_000_001 + row}", called_at, f"A{agent:03d}", f"Nama Agent {agent}", f"1311{service:08d}",
            f"0812{service:08d}", "CT-0", status, category, reason, negotiation, promise,
            f"00:0{row % 10}:{row % 60:02d}", "New", "", f"REC-{row}", text,
        )  # fmt: skip
        yield "".join(f'"{cell}";' for cell in cells) + "\r\n"


def copy_with_duckdb(source: Path, target: Path) -> None:
    """Copy the file to Parquet with DuckDB's own defaults."""
    import duckdb

    duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}')) TO '{target / 'x.parquet'}'")


def copy_with_pandas(source: Path, target: Path) -> None:
    """Copy the file to Parquet with pandas."""
    import pandas as pd

    pd.read_csv(source, sep=";").to_parquet(target / "x.parquet")


def load(source: Path, target: Path) -> None:
    """Load the file into an empty workspace."""
    from caringmon.pipeline import ingest

    (report,) = ingest(target, [source], key=b"bench")
    if report.refused or not report.rows_loaded:
        raise SystemExit("\n".join(report.lines()))


def measured(work: Callable[[Path, Path], None], source: Path) -> tuple[float, float, float]:
    """Return elapsed seconds, processor seconds and GiB of the work in a process of its own, its imports among them."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(work, source, sender))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{work.__name__} failed")
    elapsed, busy, kibibytes = receiver.recv()
    return elapsed, busy, kibibytes / 2**20


def _measure(work: Callable[[Path, Path], None], source: Path, sender: Connection) -> None:
    with tempfile.TemporaryDirectory() as target:
        began = time.perf_counter(), time.process_time()
        work(source, Path(target))
        elapsed, busy = time.perf_counter() - began[0], time.process_time() - began[1]
    sender.send((elapsed, busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def compared(source: Path) -> Iterator[str]:
    """Yield a line for each way of reading the file: medians over runs that take turns, as the machine is shared."""
    runs = [{name: measured(work, source) for name, work in WAYS.items()} for _ in range(RUNS)]
    bare = 0.0
    for name in WAYS:
        elapsed, busy = (sorted(run[name][figure] for run in runs)[RUNS // 2] for figure in (0, 1))
        memory = max(run[name][2] for run in runs)
        bare = bare or elapsed
        yield f"  {name:<18} {elapsed / bare:>4.1f} ({elapsed:.2f} s, busy {busy:.2f} s, {memory:.2f} GiB)"


WAYS = {"DuckDB, bare copy": copy_with_duckdb, "caringmon ingest": load, "pandas, bare copy": copy_with_pandas}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attempts", nargs="?", type=int, default=1_000_000)
    attempts = parser.parse_args().attempts
    print(f"{attempts:,} attempts, seed 0, median of {RUNS} runs")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / NAME
        for variant, note in NOTES.items():
            every = attempts if variant.endswith("one note") else 100
            with source.open("w", newline="", encoding="utf-8-sig") as handle:
                handle.writelines(lines(attempts, note, every))
            print(f"{variant} ({source.stat().st_size / 1e6:.0f} MB)", flush=True)
            print(*compared(source), sep="\n", flush=True)


if __name__ == "__main__":
    main()
