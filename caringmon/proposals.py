"""Proposals for headers and words that no list knows, as comments in the parameter files of a workspace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from caringmon.errors import ParameterError
from caringmon.intake.aliases import ADDED
from caringmon.intake.words import plain
from caringmon.params import parameter_text
from caringmon.settings import parameter_file
from caringmon.store.files import write_whole
from caringmon.vocabulary import ALIASES, QC_WORDS, RESULT_WORDS

NO_GUESS = "?"
_FILES = (ALIASES, RESULT_WORDS, QC_WORDS)
_HEADER_LINE = re.compile(r'^\s*#?\s*("(?:[^"\\]|\\.)*")\s*:')
_WORD_LINE = re.compile(r"^#?(?! )[^,]*,(.*)$")


@dataclass(frozen=True)
class Proposal:
    """A header or word of the inbox with the best guess at what it is, and the rows that would be read by it.

    `file`: the parameter file that it belongs to; `like`: the known name or word that it resembles, empty where its
    values alone tell. `guess` is `?` where nothing is near.
    """

    file: str
    name: str
    guess: str
    rows: int
    like: str = ""

    @property
    def why(self) -> str:
        """How many rows it is about, and what the guess rests on."""
        reason = f"like {self.like}" if self.like else "nothing is near" if self.guess == NO_GUESS else "by its values"
        return f"{self.rows:,} rows, {reason}"

    @property
    def line(self) -> str:
        """The proposal as people read it."""
        return f"{self.file}: '{self.name}' → {self.guess} ({self.why})"


def write_proposals(workspace: Path, proposals: Iterable[Proposal]) -> list[Proposal]:
    """Append the proposals that the parameter files do not hold yet, as comments; return those.

    They are written to the workspace's own files, which are made from the shipped ones where they are missing, the
    most frequent first. What was proposed before or is a rule already is not written again.
    """
    found = sorted(proposals, key=lambda proposal: (-proposal.rows, proposal.name))
    added = []
    for file in _FILES:
        text = parameter_text(parameter_file(workspace, file))
        held = set(_names_in(file, text))
        new = [proposal for proposal in found if proposal.file == file and plain(proposal.name) not in held]
        if new:
            written = _with_headers(text, new) if file == ALIASES else _with_words(text, new)
            write_whole(workspace / "params" / file, written.encode())
        added += new
    return added


def _names_in(file: str, text: str) -> Iterator[str]:
    """Yield the plain names that stand in a parameter file already, as proposals or as rules."""
    for line in text.splitlines():
        match = (_HEADER_LINE if file == ALIASES else _WORD_LINE).match(line)
        if match:
            name = json.loads(match[1]) if file == ALIASES else match[1]
            yield plain(name)


def _with_headers(text: str, proposals: Iterable[Proposal]) -> str:
    """Return the alias file with the proposals below `added:`, which is made where it is missing."""
    lines = text.splitlines()
    places = [number for number, line in enumerate(lines) if re.match(rf"{ADDED}\s*:", line)]
    if places and not re.fullmatch(rf"{ADDED}\s*:\s*(#.*)?", lines[places[0]]):
        raise ParameterError(f"{ALIASES}: write what stands under {ADDED}: in lines of its own, one header a line")
    if not places:
        lines += ["", f"{ADDED}:"]
        places = [len(lines) - 1]
    # Without a space behind #: whoever takes the # away has the right indent, by hand as by editor.
    new = [f"  #{json.dumps(one.name, ensure_ascii=False)}: [{one.guess}]  # {one.why}" for one in proposals]
    at = places[0] + 1
    return "\n".join([*lines[:at], *new, *lines[at:]]) + "\n"


def _with_words(text: str, proposals: Iterable[Proposal]) -> str:
    """Return the word list with a remark and a proposal for each word at its end."""
    lines = [text.rstrip("\n")]
    for proposal in proposals:
        quoted = '"{}"'.format(proposal.name.replace('"', '""'))
        lines += [f"# {proposal.why}:", f"#{proposal.guess},{quoted}"]
    return "\n".join(lines) + "\n"
