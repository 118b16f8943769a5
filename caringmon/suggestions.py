"""What the unknown headers and words of the inbox may be: the nearest known name, or what their values tell."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from caringmon.errors import CaringmonError
from caringmon.inbox import inbox_members
from caringmon.intake import aliases, headers
from caringmon.intake.aliases import EVERY_TABLE, SHARED_COLUMNS, is_known, normalised
from caringmon.intake.cells import cells_of, read_text
from caringmon.intake.clean import raw_columns, read_cells
from caringmon.intake.headers import Recognition
from caringmon.intake.read import read_sheets
from caringmon.intake.results import BLANK_WORDS
from caringmon.intake.sheets import Cell, RawColumn, RawSheet
from caringmon.intake.words import plain
from caringmon.model.codes import UNMAPPED_RESULT
from caringmon.model.contracts import GUIDE_SHEET, PSEUDONYMISED, Column, Kind, Table
from caringmon.model.tables import TABLES
from caringmon.proposals import NO_GUESS, Proposal, write_proposals
from caringmon.vocabulary import ALIASES, QC_WORDS, RESULT_WORDS, Rules, read_rules

_NEAR_HEADER, _NEAR_WORD = 0.75, 0.7
_READABLE = 0.9
# A column with more unknown words than this is free text, or with some of which most stand in one row only; what
# stands in it may be about a person.
_MOST_WORDS, _SOME_WORDS, _LONGEST = 60, 10, 40
_PERSONAL_DIGITS = 6
_TYPED = frozenset({Kind.DATETIME, Kind.DATE, Kind.MONTH, Kind.RUPIAH, Kind.COUNT, Kind.NUMBER, Kind.SECONDS,
                    Kind.MINUTES, Kind.FLAG})  # fmt: skip


# Per table the columns that a sheet does not give yet, each with its known names in order of rank.
_Free = Mapping[str, list[tuple[Column, list[str]]]]


def suggest(workspace: Path) -> list[Proposal]:
    """Append a commented proposal for everything in the inbox that no list knows; return what was added.

    What stands in the parameter file already, as a proposal or as a rule, is not proposed again. Nothing that looks
    personal is written: six or more digits, long texts, words of a free text column. Files that cannot be read are
    left to `ingest` and `check`.
    """
    rules = read_rules(workspace)
    found: dict[tuple[str, str], Proposal] = {}
    for sheet, recognition in _sheets(workspace, rules):
        for proposal in (*_headers_of(sheet, recognition, rules), *_words_of(sheet, recognition, rules)):
            key = proposal.file, plain(proposal.name)
            earlier = found.get(key)
            found[key] = replace(earlier, rows=earlier.rows + proposal.rows) if earlier else proposal
    return write_proposals(workspace, found.values())


def _sheets(workspace: Path, rules: Rules) -> Iterator[tuple[RawSheet, Recognition]]:
    """Yield each readable sheet of the inbox, each content once, with what it was recognised as."""

    def count_known(cells: Sequence[Cell]) -> int:
        return aliases.count_known(cells, rules.known_headers)

    seen = set()
    for member in inbox_members(workspace):
        name, data = member.name, member.content
        digest = hashlib.sha256(data).digest()
        if digest in seen:
            continue
        seen.add(digest)
        try:
            sheets = [sheet for sheet in read_sheets(name, data, count_known) if sheet.place.sheet != GUIDE_SHEET]
            recognised = [
                (sheet, headers.recognise(sheet, rules.aliases, rules.mappings, rules.sources)) for sheet in sheets
            ]
        except CaringmonError:
            continue
        yield from recognised


def _headers_of(sheet: RawSheet, recognition: Recognition, rules: Rules) -> Iterator[Proposal]:
    """Yield a proposal for each unknown header that resembles a name, or whose values fit what the file lacks."""
    if any(feed.mapping for feed in recognition.feeds):
        return
    taken = {normalised(header) for header in sheet.headers}
    free = {table.name: _free_columns(table, rules, taken) for table in _tables(recognition)}
    lacking = set(recognition.nearest[1]) if recognition.nearest else set()
    unknown = [
        (header, column)
        for header, column in zip(sheet.headers, sheet.columns, strict=True)
        if header and not is_known(header, rules.known_headers) and not looks_personal(header)
    ]
    for header, cells in unknown:
        guess = _by_name(header, cells, free, rules) or _by_values(cells, free, lacking, unknown, rules)
        if guess:
            targets, like = guess
            rows = int((~cells.is_blank()).sum())
            yield Proposal(ALIASES, header, ", ".join(_everywhere(targets)), rows, like)


def _tables(recognition: Recognition) -> list[Table]:
    """Return the tables that the sheet feeds, else the one it is nearest to, else all."""
    if recognition.feeds:
        return [feed.table for feed in recognition.feeds]
    return [TABLES[recognition.nearest[0]]] if recognition.nearest else list(TABLES.values())


def _free_columns(table: Table, rules: Rules, taken: set[str]) -> list[tuple[Column, list[str]]]:
    """Return the columns that no header of the sheet gives yet, with their known names in order of rank."""
    named = rules.aliases.names[table.name]
    columns = [(column, [name for name, _ in named.get(column.name, ())]) for column in table.columns]
    return [(column, names) for column, names in columns if names and not taken & set(names)]


def _by_name(header: str, cells: RawColumn, free: _Free, rules: Rules) -> tuple[list[str], str] | None:
    """Return the columns whose best name resembles the header most and whose kind fits the values, and that name."""
    scored = [
        (max((_likeness(normalised(header), name), name) for name in names), TABLES[table], column)
        for table, columns in free.items()
        for column, names in columns
    ]
    near = [
        (best, f"{table.name}.{column.name}")
        for best, table, column in scored
        if best[0] >= _NEAR_HEADER and _fits(table, column, cells, rules)
    ]
    if not near:
        return None
    (score, like), _ = max(near)
    return [target for best, target in near if best[0] == score], like


def _by_values(
    cells: RawColumn,
    free: _Free,
    lacking: set[str],
    unknown: Sequence[tuple[str, RawColumn]],
    rules: Rules,
) -> tuple[list[str], str] | None:
    """Return the one required column that the file lacks and that the values of this header alone can be."""
    fitting = [
        f"{table}.{column.name}"
        for table, columns in free.items()
        for column, _ in columns
        if column.name in lacking and _tells_kind(column) and _fits(TABLES[table], column, cells, rules)
        if sum(_fits(TABLES[table], column, other, rules) for _, other in unknown) == 1
    ]
    return (fitting, "") if len(fitting) == 1 else None


def _everywhere(targets: Sequence[str]) -> list[str]:
    """Return the columns with those of the tables that are read from the same export under the same names."""
    meant: dict[str, None] = {}
    for target in targets:
        table, _, column = target.partition(".")
        twins = [other.name for other in TABLES.values() if other.ids_as == table and _has(other, column)]
        places = [EVERY_TABLE] if column in SHARED_COLUMNS else [table, *twins]
        meant |= dict.fromkeys(f"{place}.{column}" for place in places)
    return list(meant)


def _has(table: Table, column: str) -> bool:
    return any(own.name == column for own in table.columns)


def _tells_kind(column: Column) -> bool:
    return column.kind in _TYPED or column.kind in PSEUDONYMISED or bool(column.allowed)


def _fits(table: Table, column: Column, cells: RawColumn, rules: Rules) -> bool:
    """Tell whether the values can be read as the column: nine in ten of the different ones; ids by their digits."""
    distinct = cells_of(cells.distinct)
    filled = distinct.filled
    if not filled.any():
        return False
    if column.kind in PSEUDONYMISED:
        texts = read_text(distinct).values.to_pylist()
        good = np.array([_digits(text or "") >= _PERSONAL_DIGITS for text in texts], dtype=bool)
    else:
        good = ~read_cells(table, column, distinct, rules.vocabulary).unreadable
    return bool((good & filled).sum() >= _READABLE * filled.sum())


def _words_of(sheet: RawSheet, recognition: Recognition, rules: Rules) -> Iterator[Proposal]:
    """Yield a proposal for each word of a result or of a QC reason that the lists do not know."""
    for feed in recognition.feeds:
        raw = raw_columns(sheet, feed)
        if feed.table.name == "calls":
            yield from _listed(RESULT_WORDS, _unmapped(raw, rules), rules.vocabulary.results.words)
        if "reason_code" in raw:
            reasons = rules.vocabulary.qc_reasons
            yield from _listed(QC_WORDS, _counted(raw["reason_code"], reasons), reasons)


def _unmapped(raw: Mapping[str, RawColumn], rules: Rules) -> Counter[str]:
    """Return the result words of the rows that count as X00 now and would not if the word were known."""
    results = rules.vocabulary.results
    if "result_code" in raw:
        return _counted(raw["result_code"], results.words)
    if "reason_raw" not in raw:
        return Counter()
    told = results.results(raw, len(raw["reason_raw"].codes))
    unmapped = told.codes.to_numpy(zero_copy_only=False) == UNMAPPED_RESULT
    counted = _counted(raw["reason_raw"].take(unmapped), results.words)
    return Counter({word: rows for word, rows in counted.items() if plain(word) not in BLANK_WORDS})


def _counted(column: RawColumn, known: Mapping[str, str]) -> Counter[str]:
    """Return how many rows hold each word that is not known."""
    words = read_text(cells_of(column.distinct)).values.to_pylist()
    rows = np.bincount(column.codes, minlength=len(words)).tolist()
    return Counter({word: count for word, count in zip(words, rows, strict=True) if word and plain(word) not in known})


def _listed(file: str, counted: Counter[str], known: Mapping[str, str]) -> Iterator[Proposal]:
    """Yield the words, unless they are free text: too many, or hardly any that recurs."""
    if len(counted) > _MOST_WORDS or (len(counted) > _SOME_WORDS and counted.total() < 2 * len(counted)):
        return
    for word, rows in counted.items():
        if not looks_personal(word):
            near = difflib.get_close_matches(plain(word), sorted(known), n=1, cutoff=_NEAR_WORD)
            yield Proposal(file, word, known[near[0]] if near else NO_GUESS, rows, near[0] if near else "")


def looks_personal(text: str) -> bool:
    """Tell whether a header or word may be about a person: six or more digits, or long."""
    return _digits(text) >= _PERSONAL_DIGITS or len(text) > _LONGEST


def _digits(text: str) -> int:
    return sum(letter.isdigit() for letter in text)


def _likeness(one: str, other: str) -> float:
    """Return how alike two normalised names are, 0–1, whatever the order of their words."""
    ordered, sorted_words = (one, other), (" ".join(sorted(one.split())), " ".join(sorted(other.split())))
    return max(difflib.SequenceMatcher(None, *pair).ratio() for pair in (ordered, sorted_words))
