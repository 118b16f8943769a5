"""Archives (.zip) → the files in them. Nothing is written to disk; names of members are labels and no paths."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from caringmon.errors import CaringmonError, DataBlockedError
from caringmon.intake.kinds import Kind, kind_of
from caringmon.intake.members import Allowance, content_of, members_of

MAX_FILES = 1_000
_UNSEEN = (".", "~$")
_NO_PRINT = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Member:
    """A file to be read, under the name by which reports call it: `archive.zip/member.csv` if it lay in an archive.

    `problem`: why its content could not be had.
    """

    name: str
    content: bytes
    problem: str = ""

    @cached_property
    def sha256(self) -> str:
        """The hash of the content, as hex."""
        return hashlib.sha256(self.content).hexdigest()


def files_in(name: str, data: bytes) -> Iterator[Member]:
    """Yield the file itself, or, of an archive, the files in it in the order of their names.

    An archive that is damaged, empty, or holds more than `MAX_FILES` files: DataBlockedError naming it. A member that
    cannot be unpacked is yielded with its problem, so that it stops no other.
    """
    if not data.startswith(b"PK") or kind_of(name, data) is not Kind.ZIP:
        yield Member(name, data)
        return
    members = {_label(member.filename): member for member in members_of(name, data)}
    seen = sorted(label for label in members if not _is_unseen(label))
    if not seen:
        raise DataBlockedError(f"{name}: the archive holds no file; zip the exports again")
    if len(seen) > MAX_FILES:
        raise DataBlockedError(f"{name}: the archive holds more than {MAX_FILES:,} files; split it")
    allowance = Allowance()
    for label in seen:
        file = f"{name}/{label}"
        try:
            yield Member(file, content_of(file, data, members[label], allowance))
        except CaringmonError as problem:
            yield Member(file, b"", str(problem))


def _label(name: str) -> str:
    """Return a member's name without what could lead out of a folder, or hide or forge text."""
    parts = _NO_PRINT.sub("", name).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..") and not part.endswith(":"))


def _is_unseen(label: str) -> bool:
    """Tell whether a file would be left out of the inbox too: hidden, a lock of Excel, a companion of macOS."""
    parts = label.split("/")
    return not parts[-1] or parts[-1].startswith(_UNSEEN) or parts[0] == "__MACOSX"
