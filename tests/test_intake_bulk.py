"""Text read in bulk is text read record by record."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from caringmon.errors import DataBlockedError
from caringmon.intake import bulk, delimited
from caringmon.intake.sheets import Place

HEADER = "tgl;login;ket"
TITLE = "x" * 4096  # so far a NUL would make it UTF-16
BLOCKS = (1 << 20, 64, 23)


def count_known(cells):
    return len({"tgl", "login", "ket"} & set(cells))


def sheet_of(text):
    """Return all that a sheet holds in plain values, or why the text is refused."""
    try:
        sheet = delimited.read_delimited(Place("a.csv"), text.encode(), count_known)
    except DataBlockedError as problem:
        return str(problem)
    cells = [column.cells(slice(None)) for column in sheet.columns]
    lines = sheet.source_lines.tolist()
    return sheet.headers, cells, sheet.source_rows.tolist(), lines, sheet.ragged, sheet.issues, sheet.titles


def both_ways(text, block=BLOCKS[0]):
    """Return the sheet read with the bulk reader allowed, whether that was used, and the sheet read without it."""
    used = []

    def watched(data, layout):
        rows = bulk.rows_in_bulk(data, layout)
        used.append(rows is not None)
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_BLOCK_BYTES", block)
        patch.setattr(delimited, "rows_in_bulk", watched)
        fast = sheet_of(text)
        patch.setattr(delimited, "rows_in_bulk", lambda *_: None)
        return fast, any(used), sheet_of(text)


pieces = st.sampled_from([*'";;"" ', "a", "é", "1", "\n", "\n", "\r\n", "\r", "\0", "\ufeff", "\t", "\u2028", "\x1d"])
ugly = st.lists(pieces, max_size=60).map("".join)
cell = st.text(st.sampled_from('ab "é;\n'), max_size=6)
written = st.one_of(
    cell.map(lambda text: '"' + text.replace('"', '""') + '"'),
    st.text(st.sampled_from('ab "é'), max_size=6),
    st.sampled_from(["", "a", '"a"b', ' "a"', 'a"b', '" a"']),
)
row = st.lists(written, min_size=0, max_size=5).map(";".join)
regular = st.lists(written, min_size=3, max_size=3).map(";".join)
table = st.lists(st.one_of(regular, regular, regular, row), max_size=12)


@given(ugly, st.sampled_from(BLOCKS))
@example('a;b;"c', BLOCKS[0])
@example('a;b;" c"\n x; "y;\n";z\n', BLOCKS[0])
@settings(max_examples=400, deadline=None)
def test_any_text_below_a_header_is_read_the_same_both_ways(text, block):
    fast, _, exact = both_ways(f"{TITLE}\n{HEADER}\n{text}", block)
    assert fast == exact


@given(table, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", ";"]), st.sampled_from(BLOCKS))
@settings(max_examples=400, deadline=None)
def test_any_table_is_read_the_same_both_ways(rows, line_end, behind, block):
    text = "".join(f"{row}{behind}{line_end}" for row in ["LAPORAN", HEADER, *rows])
    fast, _, exact = both_ways(text, block)
    assert fast == exact


def exported(*lines, line_end="\r\n"):
    return "".join(f"{line};{line_end}" for line in ['"tgl";"login";"ket"', *lines])


@pytest.mark.parametrize(
    "line",
    [
        '"1";"A";"minta kode; bayar"',
        '"1";"A";"minta ""kode"""',
        '"1";"A";" bayar\r\nbesok\r\n"',
        '"1";"A"',
        "",
        "   ",
        '"1";"A";"x";"y"',
        '  1; "A" ; x"y',
        f'"1";"A";"é\u2028\x1c{"x" * 4096}\0"',
    ],
)
def test_an_export_is_read_in_bulk_whatever_stands_in_a_few_of_its_rows(line):
    lines = ['"0";"A";"x"', line, '"2";"B";"y"', line, '"3";"C";"z"', '"4";"D";""', '"5";"E";"e"']
    fast, in_bulk, exact = both_ways(exported(*lines))
    assert in_bulk
    assert fast == exact


@pytest.mark.parametrize(
    "text",
    [
        exported('"1";"A";"x"', line_end="\r"),
        exported('"1";"A";"minta\rkode"'),
        exported('\ufeff"1";"A";"x"'),
        exported(' "1";"A";"x"', '"2"; "B\r\nb";"x"'),
        exported('"1";"A";"x"', f'"2";"B";"{"x" * 131_072}"'),
        "tgl;login;ket\n1;A\n",
        "tgl;login;ket\n",
    ],
    ids=["returns", "a lone return", "a mark", "a space before lines", "a long cell", "short rows", "no rows"],
)
def test_what_the_bulk_reader_may_see_otherwise_it_leaves_to_the_exact_one(text):
    fast, in_bulk, exact = both_ways(text)
    assert not in_bulk
    assert fast == exact


def test_rows_and_lines_are_counted_over_records_of_several_lines_that_are_read_again():
    text = exported('"1";"A";"x\r\nx"', '"2";"B";"y";"z\r\nz"', '" 3";"C";"x"', "", '"5";"E";"e"')
    (_, cells, rows, lines, ragged, *_), in_bulk, _ = both_ways(text)
    assert in_bulk
    assert cells[0] == ["1", " 3", "5"]
    assert (rows, lines) == ([2, 4, 6], [2, 6, 8])
    assert [(row.source_row, row.source_line, row.cells) for row in ragged] == [(3, 4, ("2", "B", "y", "z\r\nz", ""))]
