"""Write params/calendar_id.csv from the `holidays` package: a pinned file, so that reports never compute it.

Usage: python tools/build_calendar.py [FIRST_YEAR LAST_YEAR]
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import holidays

KINDS = {"public": "libur nasional", "government": "cuti bersama"}


def rows(first_year: int, last_year: int) -> list[tuple[str, str, str, str, str]]:
    """Return (date, name, kind, decree, version) of every free day, ordered; a day of both kinds is public."""
    version = f"holidays-{holidays.__version__}"
    found: dict[str, tuple[str, str, str, str, str]] = {}
    for category in ("government", "public"):
        days = holidays.country_holidays(
            "ID", years=range(first_year, last_year + 1), language="id", categories=(category,)
        )
        for date, name in days.items():
            found[date.isoformat()] = (date.isoformat(), name, KINDS[category], "", version)
    return [found[date] for date in sorted(found)]


def main() -> None:
    """Write the file beside the other parameter files."""
    first, last = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (2022, 2027)
    target = Path(__file__).parent.parent / "params" / "calendar_id.csv"
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("date", "name", "kind", "decree", "version"))
        writer.writerows(rows(first, last))


if __name__ == "__main__":
    main()
