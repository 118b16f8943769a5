"""Clean rows written as the field writes them: other headers, spellings, encodings, layouts, split and repeated files.

Everything ugly is drawn from hypothesis, so that a failure shrinks to the one habit that breaks the reading.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from openpyxl import Workbook

Row = Mapping[str, object]
Draw = Callable[[st.SearchStrategy[Any]], Any]
MONTHS = ("Januari", "Feb", "Mar", "April", "Mei", "Jun", "Juli", "Agustus", "Sept", "Oktober", "Nop", "Desember")
_TEXT_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
_SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.title,
    lambda name: name.replace(" ", "_"),
    lambda name: f"  {name} ",
    lambda name: name.replace(" ", "."),
)


def instants(draw: Draw) -> Callable[[dt.datetime], str]:
    """Return one spelling of instants for a whole column."""
    return draw(
        st.sampled_from(
            [
                lambda at: at.isoformat(" "),
                lambda at: at.isoformat(),
                lambda at: f"{at:%d/%m/%Y %H:%M:%S}",
                lambda at: f"{at:%d-%m-%Y %H.%M.%S}",
                lambda at: f"{at:%Y/%m/%d %H:%M:%S}",
                lambda at: f"{at.day} {MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S}",
                lambda at: f"{at - dt.timedelta(hours=7):%Y-%m-%d %H:%M:%S}Z",
                lambda at: f"{at + dt.timedelta(hours=2):%Y-%m-%d %H:%M:%S} WIT",
            ]
        )
    )


def dates(draw: Draw) -> Callable[[dt.date], str]:
    """Return one spelling of dates for a whole column."""
    return draw(
        st.sampled_from(
            [
                lambda day: day.isoformat(),
                lambda day: f"{day:%d/%m/%Y}",
                lambda day: f"{day.day}-{day.month}-{day.year}",
                lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
                lambda day: f"{day:%d.%m.%y}",
            ]
        )
    )


def rupiah(draw: Draw) -> Callable[[int], str]:
    """Return one spelling of amounts for a whole column; amounts of a million and more tell what a dot means."""
    return draw(
        st.sampled_from(
            [
                str,
                lambda amount: f"Rp {amount:,}".replace(",", "."),
                lambda amount: f"Rp{amount:,}".replace(",", ".") + ",00",
                lambda amount: f"{amount:,}",
                lambda amount: f"{amount}.0",
                lambda amount: f"{amount:,}.00",
            ]
        )
    )


def durations(draw: Draw) -> Callable[[int], str]:
    """Return one spelling of seconds for a whole column."""
    return draw(st.sampled_from([str, lambda s: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"]))


def months(draw: Draw) -> Callable[[str], str]:
    """Return one spelling of YYYY-MM for a whole column."""
    return draw(
        st.sampled_from(
            [
                str,
                lambda month: month.replace("-", ""),
                lambda month: f"{month[5:]}/{month[:4]}",
                lambda month: f"{MONTHS[int(month[5:]) - 1]} {month[:4]}",
            ]
        )
    )


def words(draw: Draw, spellings: Mapping[str, Sequence[str]]) -> Callable[[str], str]:
    """Return one spelling of code words for a whole column."""
    chosen = {code: draw(st.sampled_from([code, *others])) for code, others in spellings.items()}
    return lambda code: chosen.get(code, code)


def header(draw: Draw, name: str, aliases: Sequence[str]) -> str:
    """Return a header that means the column: its own name or an alias, in any spelling."""
    return draw(st.sampled_from(_SPELLINGS))(draw(st.sampled_from([name, *aliases])))


def files(draw: Draw, stem: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, bytes]:
    """Return the rows spread over one to three files, shuffled, some rows in several files, some files twice."""
    count = draw(st.integers(1, 3))
    homes = [draw(st.sets(st.integers(0, count - 1), min_size=1)) for _ in rows]
    written: dict[str, bytes] = {}
    for number in range(count):
        own = draw(st.permutations([row for row, home in zip(rows, homes, strict=True) if number in home]))
        if own:
            write, kind = draw(st.sampled_from([(_text, "csv"), (_text, "txt"), (_workbook, "xlsx")]))
            name = f"{stem} {number} 2022-10-{draw(st.integers(20, 31))}"
            content = write(draw, headers, own)
            if draw(st.booleans()):
                written[f"{name} salinan.{kind}"] = content
            if draw(st.booleans()):
                written[f"{name}.zip"] = _zipped(f"{draw(st.sampled_from(['', 'kiriman/']))}{name}.{kind}", content)
            else:
                written[f"{name}.{kind}"] = content
    return written


def _zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def _layout(draw: Draw, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the rows under titles, in another order of columns, with repeated headers, a totals row, stray columns."""
    order = draw(st.permutations(range(len(headers))))
    lines = [[cells[place] for place in order] for cells in (headers, *rows)]
    if draw(st.booleans()):
        lines = [["kolom lain", *lines[0]], *(["x", *line] for line in lines[1:])]
    if draw(st.booleans()):
        lines.insert(draw(st.integers(1, len(lines))), list(lines[0]))
    if draw(st.booleans()):
        lines.append(["Grand Total", *[""] * (len(lines[0]) - 1)])
    if draw(st.booleans()):
        lines = [["LAPORAN CARING"], ["Area: Semua"], [], *lines]
    return lines


def _text(draw: Draw, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    delimiter = draw(st.sampled_from(";,\t|"))
    trailing = delimiter if draw(st.booleans()) else ""
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    for line in _layout(draw, headers, rows):
        writer.writerow(line)
        if line and trailing:
            buffer.seek(buffer.tell() - 1)
            buffer.write(f"{trailing}\n")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return buffer.getvalue().replace("\n", end).encode(draw(st.sampled_from(_TEXT_ENCODINGS)))


def _workbook(draw: Draw, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = draw(st.sampled_from(["DATA ALL", "Sheet1", "HASIL CARING"]))
    for _ in range(draw(st.integers(0, 2))):
        sheet.append([])
    for line in _layout(draw, headers, rows):
        sheet.append([cell or None for cell in line])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
