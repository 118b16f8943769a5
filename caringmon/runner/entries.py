"""Entries of reports that did not come out (GAGAL TERBIT): one file each, beside the published versions.

`outputs/<report>/<segment>/<period>/gagal.json` stands until the report comes out; versions are left alone.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from caringmon.errors import Reason, ReportFailedError
from caringmon.model.failure import Ask, Failure
from caringmon.model.recommendation import Said
from caringmon.store.files import write_whole

ENTRY = "gagal.json"


def write_entry(outputs: Path, failure: Failure) -> Path:
    """Write the entry of a failure and return its path; it takes the place of an earlier one, whose attempts count on.

    Only one run at a time may be writing in `outputs`.
    """
    path = outputs / failure.report / failure.segment / failure.period / ENTRY
    if path.exists():
        before = _read_entry(path)
        failure = replace(failure, first_at=before.first_at, attempts=before.attempts + 1)
    content = json.dumps(asdict(failure), ensure_ascii=False, indent=1, default=lambda when: when.isoformat())
    write_whole(path, f"{content}\n".encode())
    return path


def remove_entry(folder: Path) -> None:
    """Remove the entry from a report's folder, since the report came out; none there: nothing happens."""
    (folder / ENTRY).unlink(missing_ok=True)


def read_entries(outputs: Path) -> Iterator[Failure]:
    """Yield the reports that did not come out, in the order of their folders; a foreign entry: ReportFailedError."""
    yield from (_read_entry(path) for path in sorted(outputs.glob(f"*/*/*/{ENTRY}")))


def refuse_foreign_entries(outputs: Path) -> None:
    """Refuse to go on where a file bears the name of an entry and is none: ReportFailedError naming it."""
    for _ in read_entries(outputs):
        pass


def _read_entry(path: Path) -> Failure:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        times = {name: dt.datetime.fromisoformat(told[name]) for name in ("at", "first_at")}
        return Failure(**{**told, **times, "reason": Reason(**told["reason"]), "asks": tuple(map(_ask, told["asks"]))})
    except (ValueError, TypeError, KeyError):
        place = "/".join(path.parts[-4:])
        raise ReportFailedError(f"outputs/{place}: is no entry as this version writes it; remove the file") from None


def _ask(told: dict[str, Any]) -> Ask:
    said = tuple(Said(**one) for one in told["said"])
    return Ask(**{**told, "said": said, "due": dt.date.fromisoformat(told["due"])})
