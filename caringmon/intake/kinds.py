"""What a file is, told by its content; its name only says what a person believes it to be."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum

from caringmon.errors import DataBlockedError
from caringmon.intake.members import directory_of


class Kind(StrEnum):
    """The kinds of files that are read, under the names by which people know them."""

    TEXT = "csv"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ZIP = "zip"


# Extension → what may be expected under it.
EXTENSIONS = {
    ".csv": Kind.TEXT,
    ".txt": Kind.TEXT,
    ".xlsx": Kind.XLSX,
    ".xlsm": Kind.XLSX,
    ".xlsb": Kind.XLSB,
    ".xls": Kind.XLS,
    ".ods": Kind.ODS,
    ".zip": Kind.ZIP,
}
_STARTS = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed with gzip",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a text document (RTF)",
    b"ID;P": "a SYLK file",
    b"\x09\x00\x04\x00": "a workbook of before 1995",
    b"\x09\x02\x06\x00": "a workbook of before 1995",
    b"\x09\x04\x06\x00": "a workbook of before 1995",
    b"\x09\x08": "a workbook of before 1997",
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGES = (
    (re.compile(rb"(?i)<(html|!doctype html|table|head|body|meta|style)\b"), "a web page"),
    (re.compile(rb"(?i)urn:schemas-microsoft-com:office:spreadsheet"), "an XML spreadsheet of 2003"),
    (re.compile(rb"(?i)^<\?xml\b"), "XML"),
)
_MARKS_OF_ORDER = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))
_SAMPLE_BYTES = 1 << 16
_INSTEAD = "export the data as .xlsx or .csv"


def kind_of(file: str, data: bytes) -> Kind:
    """Return what the bytes are. Nothing, or what is not read: DataBlockedError saying what it is."""
    if not data or data.isspace():
        raise DataBlockedError(f"{file}: the file is empty; export it again")
    for start, what in _STARTS.items():
        if data.startswith(start):
            raise DataBlockedError(f"{file}: the content is {what}; {_INSTEAD}")
    if data.startswith(_COMPOUND):
        return Kind.XLS
    if data.startswith(_ZIP):
        return _kind_of_zip(file, data)
    _refuse_no_text(file, data)
    return Kind.TEXT


def _kind_of_zip(file: str, data: bytes) -> Kind:
    names = {member.filename.casefold() for member in directory_of(file, data)}
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if {"content.xml", "meta-inf/manifest.xml"} <= names:
        return Kind.ODS
    if "[content_types].xml" in names:
        raise DataBlockedError(f"{file}: the content is an Office document without sheets; {_INSTEAD}")
    return Kind.ZIP


def _refuse_no_text(file: str, data: bytes) -> None:
    """Refuse what is no plain text: pages, and bytes that no text holds. UTF-16 is text."""
    sample = data[:_SAMPLE_BYTES]
    plain = sample.replace(b"\0", b"").removeprefix(codecs.BOM_UTF8).lstrip()
    for pattern, what in _PAGES:
        if plain.startswith(b"<") and pattern.search(plain[:2048]):
            raise DataBlockedError(f"{file}: the content is {what}; open it in Excel, save it as .xlsx and load that")
    if data.startswith(_MARKS_OF_ORDER) or sample.count(0) * 5 > len(sample):
        return
    if b"\0" in data:
        raise DataBlockedError(f"{file}: the text holds NUL bytes; export it again")
    if (len(sample) - len(sample.translate(None, _CONTROLS))) * 100 > len(sample):
        raise DataBlockedError(f"{file}: the content is no text and no workbook; {_INSTEAD}")
