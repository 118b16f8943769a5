"""Files of the inbox into the store: which they are, what was loaded before, pseudonyms, facts, rows set aside."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from caringmon.errors import CaringmonError, DataBlockedError, RefusedError
from caringmon.intake.account import FileReport
from caringmon.intake.archives import Member, files_in
from caringmon.intake.clean import original_cells
from caringmon.intake.labels import long_numbers, without_numbers
from caringmon.intake.pseudonyms import pseudonyms, split_identities
from caringmon.intake.window import stated_export
from caringmon.model.findings import Load
from caringmon.reading import RAGGED, Part, Reading, Source, covered_days, read_source
from caringmon.report.wording import catalogue
from caringmon.store import facts, restricted
from caringmon.store.erasure import erase_services, spellings
from caringmon.store.files import only_one, remove_drafts
from caringmon.store.identities import IdentityStore, any_identity
from caringmon.store.mended import mended_file
from caringmon.suppression import erased_services
from caringmon.vocabulary import Rules, read_rules

# Part of every load_id: raise it when the same file must be read anew because reading has changed.
PARSER_VERSION = "3"


@dataclass(frozen=True)
class Loading:
    """What taking in files needs: where they go, how they are read, under which key ids are hidden.

    `erased`: services, by pseudonym, of which no identity is kept.
    """

    workspace: Path
    rules: Rules
    key: bytes
    identities: IdentityStore
    erased: frozenset[str]


def open_loading(workspace: Path, key: bytes) -> Loading:
    """Return what loading into the workspace needs; a mistake in its parameter files: ParameterError.

    A key other than the one that the store was filled under: RefusedError, since one service would be two.
    What is to be erased is erased first, also from what a run that was cut off left behind.
    """
    rules, listed = read_rules(workspace), erased_services(workspace, key)
    with only_one(workspace / "store"):
        remove_drafts(workspace / "store")
        _refuse_other_key(workspace, key)
        loads = facts.read_loads(workspace)
        erased = spellings(workspace, listed, loads)
        erase_services(workspace, erased, loads)
        return Loading(workspace, rules, key, IdentityStore(workspace), erased)


def _refuse_other_key(workspace: Path, key: bytes) -> None:
    known = any_identity(workspace)
    if known and pseudonyms(known[0], [known[2]], key) != [known[1]]:
        raise RefusedError(
            "CARINGMON_PSEUDO_KEY is not the key that store/ was filled under: services would count twice. "
            "Set that key again, or load all files into a workspace with an empty store/"
        )


def inbox_files(workspace: Path, paths: Sequence[Path] | None) -> list[Path]:
    """Return the files to load, by name: those named, of folders what lies in them, else the inbox.

    Hidden files and Excel's lock files are left out.
    """
    named = [workspace / "inbox"] if paths is None else list(paths)
    found = {file for path in named for file in (path.iterdir() if path.is_dir() else [path])}
    visible = (file for file in found if not file.is_dir() and not file.name.startswith((".", "~$")))
    missing_inbox = paths is None and not named[0].is_dir()
    return [] if missing_inbox else sorted(visible, key=lambda file: (file.name, str(file)))


def inbox_members(workspace: Path) -> Iterator[Member]:
    """Yield every file of the inbox, of archives the files in them; what cannot be opened with its problem."""
    for path in inbox_files(workspace, None):
        try:
            yield from files_in(path.name, path.read_bytes())
        except OSError:
            yield Member(path.name, b"", f"{without_numbers(path.name)}: it cannot be read")
        except CaringmonError as problem:
            yield Member(path.name, b"", without_numbers(str(problem)))


def load_file(loading: Loading, path: Path) -> list[FileReport]:
    """Bring one file, or the files of one archive, into the store and return what became of each.

    A refusal is part of the report, not raised.
    """
    try:
        data = path.read_bytes()
    except OSError:
        name = without_numbers(path.name)
        return [FileReport(name, refusal=f"{name}: there is no such file, or it cannot be read")]
    try:
        return [_load_member(loading, member) for member in files_in(path.name, data)]
    except CaringmonError as problem:
        return [FileReport(path.name, refusal=without_numbers(str(problem)))]


def _load_member(loading: Loading, member: Member) -> FileReport:
    loads = facts.read_loads(loading.workspace)
    earlier = loads_of(loading.workspace, member, loads)
    if earlier and all(is_current(load, loading.rules) for load in earlier):
        return FileReport(member.name, is_known=True)
    try:
        source = _source(loading.workspace, member, loads)
        reading = read_source(loading.rules, source)
        with only_one(loading.workspace / "store"):
            replaced = _keep(loading, reading, source, member.sha256, {load.load_id for load in earlier})
    except CaringmonError as problem:
        return FileReport(member.name, refusal=without_numbers(str(problem)))
    except OSError as problem:
        name = without_numbers(member.name)
        why = f"not loaded, {problem.strerror}; see that store/ may be written and has room, and load it again"
        return FileReport(name, refusal=f"{name}: {why}")
    return replace(reading.report, file=member.name, is_anew=bool(replaced))


def loads_of(workspace: Path, member: Member, loads: Sequence[Load]) -> list[Load]:
    """Return the loads of the same file: the same content, exported at the same time as far as the names tell.

    An export of another day may say the same, byte for byte, and covers that day: free days, a state taken back.
    """
    sha256 = member.sha256
    mended = mended_file(workspace, member.name, sha256, loads)
    stated = stated_export(mended.name if mended else member.name)
    return [load for load in loads if load.source_sha256 == sha256 and stated_export(load.source_file) == stated]


def examine_file(workspace: Path, rules: Rules, member: Member) -> FileReport:
    """Return what would become of a file, without loading anything of it."""
    try:
        source = _source(workspace, member, facts.read_loads(workspace))
        return read_source(rules, source).report
    except CaringmonError as problem:
        return FileReport(member.name, refusal=without_numbers(str(problem)))


def is_current(load: Load, rules: Rules) -> bool:
    """Tell whether reading the load's file again would give the same: same parser, same rules."""
    fingerprint = rules.fingerprint(load.table, load.header_marks)
    return (load.parser_version, load.rules) == (PARSER_VERSION, fingerprint)


def _source(workspace: Path, member: Member, loads: Sequence[Load]) -> Source:
    """Return the file as it is to be read.

    One with a long number in its name that is no date, or that could not be taken from its archive: DataBlockedError.
    """
    mended = mended_file(workspace, member.name, member.sha256, loads)
    if mended is None:
        _refuse_number_in_name(member.name)
    if member.problem:
        raise DataBlockedError(member.problem)
    if mended is None:
        return Source(member.name, member.content)
    return Source(mended.name, member.content, True, mended.origin, _month_first(workspace, mended.origin))


def _month_first(workspace: Path, origin: Load | None) -> frozenset[tuple[str, str]]:
    """Return the table and column of the dates that were read month first in the file that mended rows come from.

    A few rows alone no longer show it.
    """
    found = facts.read_issues(workspace, (origin,) if origin else ())
    return frozenset((one.table, one.detail.split(":")[0]) for one in found if one.code == "DATES_MONTH_FIRST")


def _refuse_number_in_name(name: str) -> None:
    """Refuse a file name with a long number that is no date: names stand in reports, and it may be a customer's."""
    for number in long_numbers(name):
        digits = sum(letter.isdigit() for letter in number)
        raise DataBlockedError(
            f"{without_numbers(name)}: its name holds a number of {digits} digits that is no date; rename the file"
        )


def _keep(loading: Loading, reading: Reading, source: Source, sha256: str, earlier: Collection[str]) -> set[str]:
    """Write all that a file gives; the list of loads last, so that a run cut off before it loads nothing.

    `earlier`: the loads of the file whose place this reading takes; returned are those that are gone now.
    """
    rules = [loading.rules.fingerprint(part.feed.table.name, reading.marks) for part in reading.parts]
    file = f"{sha256} {source.stated or ''}"
    ids = [_load_id(part, file, applied) for part, applied in zip(reading.parts, rules, strict=True)]
    _set_aside(loading.workspace, reading.parts, ids)
    if reading.exported_at is None:
        return set()
    origin = source.origin
    new = []
    with ThreadPoolExecutor(1) as beside:  # the disk takes the raw copy while ids are hidden
        raw = beside.submit(restricted.keep_raw, loading.workspace, sha256, source.data)
        for part, load_id, applied in zip(reading.parts, ids, rules, strict=True):
            rows, people = split_identities(
                part.feed.table, part.kept.rows, part.feed.source_system, loading.key, loading.erased
            )
            loading.identities.save(load_id, people)
            days = (origin.first_day, origin.last_day) if origin else covered_days(part, reading.exported_at)
            load = _load_record(part, sha256, reading.exported_at, days)
            named = replace(load, load_id=load_id, rules=applied, header_marks=reading.marks)
            new.append(facts.NewLoad(named, rows, part.issues))
        raw.result()
    facts.append_all(loading.workspace, new, earlier)
    replaced = {*earlier} - {load.load_id for load in facts.read_loads(loading.workspace)}
    for load_id in replaced:
        loading.identities.forget(load_id)
        restricted.drop_quarantine(loading.workspace, load_id)
    return replaced


def _set_aside(workspace: Path, parts: Sequence[Part], ids: Sequence[str]) -> None:
    """Write the rows set aside, one workbook per load."""
    for part, load_id in zip(parts, ids, strict=True):
        if part.count.set_aside:
            restricted.save_quarantine(workspace, load_id, part.sheet.headers, _quarantined(part))


def _load_id(part: Part, file: str, rules: str) -> str:
    named = "|".join((file, part.sheet.place.sheet, part.feed.table.name, PARSER_VERSION, rules))
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def _load_record(part: Part, sha256: str, exported_at: dt.datetime, days: tuple[dt.date, dt.date]) -> Load:
    """Return what is kept of the part, but for its identity: id, rules, marks."""
    mapping = part.feed.mapping
    return Load(
        load_id="",
        order=-1,
        table=part.feed.table.name,
        digest="",
        source_file=part.sheet.place.file,
        source_sha256=sha256,
        source_system=part.feed.source_system,
        exported_at=exported_at,
        first_day=days[0],
        last_day=days[1],
        rows_read=part.count.read,
        rows_loaded=part.count.loaded,
        rows_quarantined=part.count.set_aside,
        mapping=mapping.name if mapping else "",
        parser_version=PARSER_VERSION,
        absent_by_design=tuple(mapping.absent_by_design) if mapping else (),
    )


def _quarantined(part: Part) -> list[restricted.QuarantinedRow]:
    sentences = catalogue("id")
    aside = part.kept.aside
    cells = original_cells(part.sheet, {row.source_row for row in aside})
    rows = [(cells[row.source_row], row.code, row.column, row.source_row) for row in aside]
    rows += [(list(row.cells), RAGGED, "", row.source_row) for row in part.sheet.ragged]
    return [
        restricted.QuarantinedRow(
            values, code, " · ".join(filter(None, (sentences.get(f"issue.{code}", code), column))), number
        )
        for values, code, column, number in sorted(rows, key=lambda row: row[3])
    ]
