"""Files made to harm: refused by name in bounded time and memory, whatever their bytes."""

from __future__ import annotations

import random
import resource
import time

import pytest

from caringmon.errors import DataBlockedError
from caringmon.intake import guard
from tests.exports import load, new_workspace, read, save_sheet, tamara_csv
from tests.workbook_parts import converted, ods, xlsb, xlsx, zipped

GIGABYTE = 1 << 30
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
MANY = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
ERRORS = MANY.replace('office:value-type="float"', 'office:value-type="string" calcext:value-type="error"')
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{LAUGHS}]>'


def with_size(content: bytes, size: int) -> bytes:
    """Return a zip file whose directory and headers give the largest member this size."""
    changed = bytearray(content)
    at = changed.rindex(b"xl/worksheets/sheet1.xml") - 46
    changed[at + 24 : at + 28] = size.to_bytes(4, "little")
    at = changed.index(b"xl/worksheets/sheet1.xml") - 30
    changed[at + 22 : at + 26] = size.to_bytes(4, "little")
    return bytes(changed)


def rows_of_repeats(cell: str) -> str:
    return f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'


HOSTILE = {
    "far.xlsx": lambda: xlsx(ONE + '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'),
    "bomb.xlsx": lambda: xlsx(ONE + " " * (64 << 20)),
    "row.xlsx": lambda: xlsx('<row r="1">' + "".join(map("<c><v>{}</v></c>".format, range(3_400_000)))),
    "lying.xlsx": lambda: with_size(xlsx(ONE + "<!-- -->" * 1_000), 10),
    "boast.xlsx": lambda: with_size(xlsx(ONE), 4_000_000_000),
    "laughs.xlsx": lambda: xlsx(ONE, **{"xl__sharedStrings.xml": f"{LAUGHS}<sst>&l9;</sst>"}),
    "laughs.ods": lambda: ods("<table:table-row/>", LAUGHS),
    "late.xlsx": lambda: xlsx(ONE, **{"xl__x.xml": "<!--" + "-x" * 600_000 + "--><!DOCTYPE l []><l/>"}),
    "wide.xlsx": lambda: xlsx(ONE, **{"xl__x.xml": "<l/>".encode("utf-16")}),
    "repeats.ods": lambda: ods(rows_of_repeats(MANY)),
    "errors.ods": lambda: ods(rows_of_repeats(ERRORS)),
    "parts.xlsx": lambda: xlsx(ONE, **{f"xl__{n}.xml": b"" for n in range(5_001)}),
    "line.csv": lambda: b"x" * (50 << 20),
    "zeros.csv": lambda: b"tgl;login\n1;\0\n",
    "entries.zip": lambda: b"PK\x03\x04" + b"PK\x01\x02" * 250_000,
    "bomb.zip": lambda: zipped({"a.csv": b"x;" * (32 << 20)}),
}
REASONS = {
    "far.xlsx": "copy the table into a new workbook, or export it as .csv",
    "bomb.xlsx": "swells more than 100 times when unpacked",
    "lying.xlsx": "damaged",
    "boast.xlsx": "damaged",
    "laughs.xlsx": "declares a document type",
    "laughs.ods": "declares a document type",
    "late.xlsx": "declares a document type",
    "wide.xlsx": "is no UTF-8",
    "repeats.ods": "damaged",
    "errors.ods": "copy the table into a new workbook, or export it as .csv",
    "parts.xlsx": "more than 5,000 parts",
    "row.xlsx": "a row longer than 64 MB",
    "line.csv": "export it again",
    "zeros.csv": "NUL bytes",
    "entries.zip": "more than 5,000 parts",
    "bomb.zip": "swells more than 100 times when unpacked",
}


@pytest.mark.parametrize("name", REASONS)
def test_a_hostile_file_is_refused_soon_and_takes_little_memory(tmp_path, name):
    workspace = new_workspace(tmp_path)
    content = HOSTILE[name]()
    began = time.monotonic()
    (report,) = load(workspace, {name: content}).values()
    assert time.monotonic() - began < 60
    assert report.refusal.startswith(name)
    assert REASONS[name] in report.refusal
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * GIGABYTE >> 10


def test_reading_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "BASE_SECONDS", 0.01)
    with pytest.raises(DataBlockedError, match=r"^a\.xlsx: not read within 0\.01 seconds; save it again in Excel"):
        read(save_sheet(tmp_path / "a.xlsx", ["tgl"], ["x"]))


def test_a_reader_that_dies_or_answers_nonsense_is_a_refusal(tmp_path, monkeypatch):
    path = save_sheet(tmp_path / "a.xlsx", ["tgl"], ["x"])
    for worker in ("import os; os.abort()", "import os; os._exit(0)", "print('nonsense')",
                   "import os, pickle, sys; sys.stdout.buffer.write(pickle.dumps(('read', [os.abort])))"):  # fmt: skip
        monkeypatch.setattr(guard, "_WORKER", worker)
        with pytest.raises(DataBlockedError, match=r"^a\.xlsx: cannot be read"):
            read(path)


def test_after_a_refusal_the_next_file_is_read(tmp_path):
    workspace = new_workspace(tmp_path)
    reports = load(workspace, {"a.xlsx": HOSTILE["far.xlsx"](), "b.csv": tamara_csv({})})
    assert [report.rows_loaded for report in reports.values()] == [0, 1]


# Damage


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return one small workbook of each kind."""
    folder = tmp_path_factory.mktemp("sound")
    rows = [[f"a{n}", n, "x" * n] for n in range(1, 40)]
    path = save_sheet(folder / "a.xlsx", ["tgl", "login", "ket"], *rows)
    return {
        "xlsx": path.read_bytes(),
        "xls": converted(path, "xls", folder).read_bytes(),
        "ods": converted(path, "ods", folder).read_bytes(),
        "xlsb": xlsb(["tgl", "login", "ket"], *rows),
        "zip": zipped({"a.csv": tamara_csv({}), "b.csv": tamara_csv({"id": "2"})}),
    }


def outcome(workspace, name, content):
    """Load a file; return its reports, each with lines to show and no traceback."""
    reports = load(workspace, {name: content})
    assert reports
    for report in reports.values():
        assert report.file.startswith(name)
        assert not report.refused or report.refusal.startswith((name, "…"))
    (workspace / "inbox" / name).unlink()


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "xlsb", "zip"])
def test_a_cut_off_or_changed_file_is_read_or_refused_and_nothing_else(tmp_path, sound, kind):
    workspace = new_workspace(tmp_path)
    content, chance = sound[kind], random.Random(f"damage {kind}")
    for _ in range(12):
        outcome(workspace, f"a.{kind}", content[: chance.randrange(1, len(content))])
        changed = bytearray(content)
        for _ in range(chance.choice((1, 4, 64))):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        outcome(workspace, f"a.{kind}", bytes(changed))


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_damage_inside_a_part_is_read_or_refused_and_nothing_else(tmp_path, kind):
    workspace = new_workspace(tmp_path)
    chance = random.Random(f"inside {kind}")
    row = '<row r="{0}"><c r="A{0}" t="str"><v>tgl</v></c><c r="B{0}" t="n"><f>1</f><v>{0}</v></c></row>'
    rows = "".join(map(row.format, range(1, 30)))
    cells = '<table:table-cell office:value-type="string"><text:p>tgl</text:p></table:table-cell>'
    text = rows if kind == "xlsx" else f"<table:table-row>{cells}</table:table-row>" * 20
    for _ in range(20):
        changed = list(text)
        for _ in range(chance.choice((1, 4, 32))):
            changed[chance.randrange(len(changed))] = chr(chance.randrange(1, 256))
        whole = "".join(changed)
        outcome(workspace, f"a.{kind}", xlsx(whole) if kind == "xlsx" else ods(whole))


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", b"\xff\xfe"])
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "zip", "csv"])
def test_random_bytes_are_refused_or_listed_whatever_they_begin_with(tmp_path, magic, kind):
    noise = random.Random(f"noise {kind}").randbytes(4_096)
    outcome(new_workspace(tmp_path), f"a.{kind}", magic + noise)


def test_a_compound_file_whose_chains_run_in_circles_is_refused(tmp_path, sound):
    content = bytearray(sound["xls"])
    directory, table = content[48:52], int.from_bytes(content[76:80], "little")
    content[(table + 1) * 512 : (table + 2) * 512] = bytes(directory) * 128
    (report,) = load(new_workspace(tmp_path), {"a.xls": bytes(content)}).values()
    assert report.refusal.startswith("a.xls: the file is damaged or cut off")


def test_a_checksum_that_does_not_fit_is_damage(tmp_path):
    changed = bytearray(xlsx(ONE))
    at = changed.rindex(b"xl/worksheets/sheet1.xml") - 46
    changed[at + 16] ^= 1
    (tmp_path / "a.xlsx").write_bytes(bytes(changed))
    with pytest.raises(DataBlockedError, match=r"^a\.xlsx: the file is damaged or cut off"):
        read(tmp_path / "a.xlsx")
