"""Published version → what is wrong with it. Whatever bytes lie there, the answer is a list of faults.

Three layers, each of which stands alone:
* the manifest: every file is there, under its hash, and nothing else is;
* the figure checks: every number, date and direction word of the documents is what the findings say. They also hold
  where somebody changed a document and wrote its new hash into the manifest;
* the re-rendering: the documents made again of the findings are the published ones byte for byte.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path, PurePosixPath
from typing import Any

from caringmon.errors import CaringmonError, UsageError
from caringmon.model.findings import Findings
from caringmon.model.verification import Fault, Verdict, Verification
from caringmon.runner.documents import Making, checkers, documents, manifest
from caringmon.runner.publish import MANIFEST, content_hash, hashes, manifest_bytes
from caringmon.runner.rerender import differences, executed_again
from caringmon.runner.staging import FOLDER, findings_files, read_findings

# What is added to a version folder later, outside its hash.
_ADDED_FILE, _ADDED_FOLDER = "pengesahan.html", "outbox/"
_KINDS: Mapping[str, type] = {"files": dict, "version": int, "report": str, "content_hash": str}


@dataclass(frozen=True)
class _Version:
    """What lies in a version folder: the manifest as it was read, and the bytes of the files that it names."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def number(self) -> int:
        return int(self.manifest["version"])

    @property
    def tables(self) -> dict[str, bytes]:
        return {name: data for name, data in self.files.items() if name.startswith(f"{FOLDER}/")}


def verify_report(path: Path, templates: Mapping[str, Path], key_fingerprint: str) -> Verification:
    """Return the faults of a published version: its folder, or a file in it. No such path: UsageError.

    `templates`: the notebook of each report. `key_fingerprint`: of the pseudonym key in force.
    """
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise UsageError(f"{path.name}: there is no such file or folder; name a version folder, for example .../v1")
    told, faults = read_manifest((folder / MANIFEST).read_bytes() if (folder / MANIFEST).is_file() else None)
    if told is None:
        return Verification(folder.name, 0, tuple(faults))
    files = {name: (folder / name).read_bytes() for name in told["files"] if _is_inside(folder, name)}
    version = _Version(told, files)
    faults += [*file_faults(version), *_strangers(folder, told["files"])]
    remarks = list(_key_remark(told, key_fingerprint))
    if not _has_findings(told, files):
        remarks.append("the findings are incomplete: figures, page and workbook were not checked")
    else:
        faults += _content_faults(folder, version, templates)
        remarks += _version_remark(told)
    name = " ".join(str(told.get(field, "")) for field in ("report", "segment", "period", "audience"))
    return Verification(f"{name} v{version.number}", len(files), tuple(faults), tuple(remarks))


def read_manifest(data: bytes | None) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Return the manifest, if it can be used, and what is wrong with it; it is not there: the report is not."""
    if data is None:
        return None, [Fault(Verdict.MISSING, MANIFEST, "is not there: without it there is no published report here")]
    try:
        told = json.loads(data)
        is_ours = isinstance(told, dict) and all(type(told.get(name)) is kind for name, kind in _KINDS.items())
        is_ours = is_ours and all(isinstance(digest, str) for digest in told["files"].values())
        is_as_written = is_ours and manifest_bytes(told) == data
    except (ValueError, RecursionError):
        return None, [Fault(Verdict.ALTERED, MANIFEST, "cannot be read as JSON in UTF-8")]
    if not is_ours:
        return None, [Fault(Verdict.ALTERED, MANIFEST, f"lacks one of {', '.join(_KINDS)}, or it is of another kind")]
    return told, [] if is_as_written else [Fault(Verdict.ALTERED, MANIFEST, "is not written as it was published")]


def file_faults(version: _Version) -> Iterator[Fault]:
    """Yield the files that are not there, and those that have another hash than the manifest says."""
    found = hashes(version.files)
    for name, digest in version.manifest["files"].items():
        if _leaves(name):
            yield Fault(Verdict.ALTERED, MANIFEST, f"names a file outside the folder: '{name[:80]}'")
        elif name not in found:
            yield Fault(Verdict.MISSING, name, "is not there")
        elif found[name] != digest:
            yield Fault(Verdict.ALTERED, name, "has another sha256 than the manifest says")


def figure_faults(files: Mapping[str, bytes], findings: Findings, version: int) -> list[Fault]:
    """Return where the documents say something else than the figures; documents that are not there say nothing."""
    return [
        fault
        for name, check in checkers(findings, version).items()
        if name in files
        for fault in _guarded(name, lambda check=check, name=name: check(files[name]))  # type: ignore[misc]
    ]


def rendering_faults(files: Mapping[str, bytes], due: Mapping[str, bytes]) -> list[Fault]:
    """Return where the documents differ from those made again, and which of them are not there at all."""
    missing = [
        Fault(Verdict.MISSING, name, "belongs to the report and is not there")
        for name in sorted(due.keys() - files.keys())
    ]
    return missing + [
        Fault(Verdict.ALTERED, name, text)
        for name in due
        if name in files
        for text in differences(name, files[name], due[name])
    ]


def manifest_faults(version: _Version, findings: Findings, template: Path, content: str) -> Iterator[Fault]:
    """Yield what the manifest says otherwise than the findings, which say everything in it but when it was made."""
    told = version.manifest
    making = Making(template.name, *(str(told.get(name, "")) for name in ("key_fingerprint", "started", "ended")))
    right = json.loads(json.dumps(manifest(findings, content, making)))
    for name in sorted(right.keys() | told.keys() - {"version", "files"}):
        if name not in right or told.get(name) != right[name]:
            yield Fault(Verdict.ALTERED, MANIFEST, f"{name[:80]} is not what the findings say")
    if not _is_span(making):
        yield Fault(Verdict.ALTERED, MANIFEST, "started and ended are no times in order")


def _content_faults(folder: Path, version: _Version, templates: Mapping[str, Path]) -> Iterator[Fault]:
    """Yield what reading the findings, checking figures and rendering again bring to light."""
    try:
        findings = read_findings(folder)
        template = templates[findings.head.report]
    except Exception as broken:  # whatever bytes are there
        yield Fault(Verdict.ALTERED, FOLDER, f"cannot be read as findings ({type(broken).__name__})")
        return
    yield from _guarded(FOLDER, lambda: _rewritten(version.tables, findings))
    yield from _guarded_faults(lambda: figure_faults(version.files, findings, version.number))
    yield from _guarded_faults(lambda: _rendered_faults(version, findings, template))


def _rendered_faults(version: _Version, findings: Findings, template: Path) -> Iterator[Fault]:
    right = documents(findings, executed_again(template, findings), version.number)
    yield from rendering_faults(version.files, right)
    yield from manifest_faults(version, findings, template, content_hash({**version.tables, **right}))


def _rewritten(tables: Mapping[str, bytes], findings: Findings) -> Iterator[str]:
    """Yield the tables that are not written as the findings in them would be."""
    right = findings_files(findings)
    yield from (f"{name} is not written as it was published" for name in right if tables.get(name) != right[name])


def _guarded(file: str, check: Callable[[], Iterable[str]]) -> list[Fault]:
    return _guarded_faults(lambda: (Fault(Verdict.ALTERED, file, text) for text in check()), file)


def _guarded_faults(check: Callable[[], Iterable[Fault]], file: str = FOLDER) -> list[Fault]:
    """Return what a check finds; whatever stops it is a fault too: nobody can say that all is well."""
    try:
        return list(check())
    except CaringmonError as problem:
        return [Fault(Verdict.ALTERED, file, str(problem))]
    except Exception as broken:  # what a changed file makes of our own code
        return [Fault(Verdict.ALTERED, file, f"cannot be checked any further ({type(broken).__name__})")]


def _leaves(name: str) -> bool:
    """Tell whether a name in a manifest leads out of the folder."""
    parts = PurePosixPath(name).parts
    return not parts or ".." in parts or PurePosixPath(name).is_absolute() or "\\" in name or ":" in name


def _is_inside(folder: Path, name: str) -> bool:
    return not _leaves(name) and (folder / name).is_file() and not (folder / name).is_symlink()


def _strangers(folder: Path, named: Iterable[str]) -> Iterator[Fault]:
    """Yield the files that the manifest does not name."""
    known = {MANIFEST, _ADDED_FILE, *named}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_file() or path.is_symlink()) and name not in known and not name.startswith(_ADDED_FOLDER):
            yield Fault(Verdict.ALTERED, name, "is in the folder, and the manifest does not name it")


def _has_findings(told: Mapping[str, Any], files: Mapping[str, bytes]) -> bool:
    """Tell whether every table of findings that the manifest names is there."""
    named = {name for name in told["files"] if name.startswith(f"{FOLDER}/")}
    return bool(named) and named <= files.keys()


def _is_span(making: Making) -> bool:
    try:
        return dt.datetime.fromisoformat(making.started) <= dt.datetime.fromisoformat(making.ended)
    except (ValueError, TypeError):
        return False


def _key_remark(told: Mapping[str, Any], mine: str) -> Iterator[str]:
    theirs = told.get("key_fingerprint")
    if theirs != mine:
        told_as = str(theirs)[: len(mine)]
        yield f"made under another pseudonym key than the one in force here (fingerprint {told_as}, here {mine})"


def _version_remark(told: Mapping[str, Any]) -> Iterator[str]:
    made, here = told.get("package_version"), package_version("caringmon")
    if made != here:
        yield f"made by caringmon {made}, checked by {here}: documents made again may differ for that alone"
