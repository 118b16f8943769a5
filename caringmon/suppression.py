"""Services that asked to be left alone: who is left out on a day, who is erased, how their list stays private."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path

from caringmon.intake.pseudonyms import pseudonyms
from caringmon.lists import OWN_LISTS, SUPPRESSION, Suppressed, read_suppression, service_number
from caringmon.model.contracts import Kind
from caringmon.params import parameter_text
from caringmon.store.files import write_whole

_ERASING = "PDP"
_NUMBER, _PSEUDONYM = (OWN_LISTS[SUPPRESSION].index(name) for name in ("service_no", "pseudonym"))


def suppressed_services(workspace: Path, day: dt.date, key: bytes) -> frozenset[str]:
    """Return the pseudonyms of the services that are left out of every report whose clock is on `day` or later."""
    return _hidden((entry for entry in _listed(workspace) if entry.from_day <= day), key)


def erased_services(workspace: Path, key: bytes) -> frozenset[str]:
    """Return the pseudonyms of the services of which no identity may be kept, from whatever day they are listed."""
    return _hidden((entry for entry in _listed(workspace) if entry.reason == _ERASING), key)


def hide_numbers(workspace: Path, key: bytes) -> int:
    """Put pseudonyms in the place of the clear numbers of the workspace's list; return how many there were.

    Remarks and the order of the lines stay. A mistake in the list: ParameterError, and the list stays as it was.
    """
    path = workspace / "params" / SUPPRESSION
    count = sum(bool(entry.service_no) for entry in _listed(workspace))
    if count:
        lines = parameter_text(path).splitlines()
        shown = [line if line.startswith("#") or not line.strip() else _hide(line, key) for line in lines]
        write_whole(path, "".join(f"{line}\n" for line in shown).encode(), mode=path.stat().st_mode & 0o777)
    return count


def _listed(workspace: Path) -> tuple[Suppressed, ...]:
    return read_suppression(workspace / "params" / SUPPRESSION)


def _hidden(entries: Iterable[Suppressed], key: bytes) -> frozenset[str]:
    listed = list(entries)
    clear = [entry.service_no for entry in listed if entry.service_no]
    return frozenset({*(entry.pseudonym for entry in listed if entry.pseudonym), *_pseudonyms(clear, key)})


def _pseudonyms(numbers: list[str], key: bytes) -> list[str]:
    """Return the pseudonyms of the numbers without their leading zeros: files may have lost those."""
    return pseudonyms(Kind.SERVICE.value, [number.lstrip("0") for number in numbers], key) if numbers else []


def _hide(line: str, key: bytes) -> str:
    """Return a line of the list with the number's pseudonym instead of it; the header and others stay."""
    (cells,) = csv.reader([line])
    if cells[_NUMBER].strip() == OWN_LISTS[SUPPRESSION][_NUMBER] or not (number := service_number(cells[_NUMBER])):
        return line
    cells[_NUMBER], cells[_PSEUDONYM] = "", _pseudonyms([number], key)[0]
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()
