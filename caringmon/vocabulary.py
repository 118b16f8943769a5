"""How files are read: what the parameter files say about headers, words and foreign files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from caringmon.intake.aliases import Aliases, known_names, normalised, read_aliases
from caringmon.intake.clean import Vocabulary
from caringmon.intake.headers import SOURCE_OF_RECORD
from caringmon.intake.mappings import FileMapping, read_mapping
from caringmon.intake.results import ResultWords
from caringmon.intake.words import read_word_list
from caringmon.lists import csv_rows
from caringmon.model.codes import QC_REASONS, RESULT_BY_CODE
from caringmon.model.tables import TABLES
from caringmon.params import read_yaml_as_text
from caringmon.settings import parameter_file, workspace_buckets, workspace_sources
from caringmon.shipped import params_folder

ALIASES, RESULT_WORDS, QC_WORDS = "header_aliases.yml", "result_codes.csv", "qc_reasons.csv"
WORD_COLUMNS = ("code", "word")


@dataclass(frozen=True)
class Rules:
    """Aliases of headers, mappings of foreign files, word lists, and whose rows count where headers do not tell."""

    aliases: Aliases
    mappings: tuple[FileMapping, ...]
    vocabulary: Vocabulary
    sources: Mapping[str, str] = field(default_factory=lambda: dict(SOURCE_OF_RECORD))

    @cached_property
    def known_headers(self) -> frozenset[str]:
        """All headers, normalised, that any of the rules names."""
        return known_names(self.aliases, self.mappings)

    def fingerprint(self, table: str, marks: Collection[str]) -> str:
        """Return a hash of the rules that decide what a file says as rows of the table; `marks` of its headers.

        The names of all tables that stand in the file and the mappings that fit it, since they decide together what
        it feeds; word lists and buckets where the table has words of them; whose rows they count as. Known files are
        read anew when it changes.
        """
        names = [
            [own.name, column, [(name, system) for name, system in ranked if header_mark(name) in marks]]
            for own in TABLES.values()
            for column, ranked in self.aliases.names[own.name].items()
        ]
        fitting = [m.model_dump() for m in self.mappings if all(header_mark(n) in marks for n in m.columns.values())]
        columns = {column.name for column in TABLES[table].columns}
        words = [
            self.vocabulary.results.words if "result_code" in columns else {},
            self.vocabulary.qc_reasons if "reason_code" in columns else {},
            repr(self.vocabulary.buckets) if "unpaid_bills" in columns else "",
        ]
        return hashlib.sha256(
            json.dumps([names, fitting, words, self.sources[table]], sort_keys=True).encode()
        ).hexdigest()[:12]


@lru_cache(maxsize=4096)
def header_mark(header: str) -> str:
    """Return four hex digits of a header: enough to see that a rule concerns a file, too few to tell what stood there.

    What stands in the first row of a stray sheet may be about a person. Two headers with one mark only mean that a
    file is read once more than needed.
    """
    return hashlib.sha256(normalised(header).encode()).hexdigest()[:4]


def read_rules(workspace: Path) -> Rules:
    """Return the rules of the workspace's parameter files, else of those that come with the package.

    Anything wrong in them: ParameterError naming file and key.
    """
    aliases = read_aliases(read_yaml_as_text(parameter_file(workspace, ALIASES)), ALIASES)
    files = {path.stem: path for folder in (params_folder(), workspace / "params") for path in _mapping_files(folder)}
    mappings = tuple(read_mapping(name, read_yaml_as_text(files[name])) for name in sorted(files))
    vocabulary = Vocabulary(
        results=ResultWords(_words(parameter_file(workspace, RESULT_WORDS), RESULT_BY_CODE)),
        qc_reasons=_words(parameter_file(workspace, QC_WORDS), QC_REASONS),
        buckets=workspace_buckets(workspace),
    )
    return Rules(aliases, mappings, vocabulary, workspace_sources(workspace))


def _mapping_files(folder: Path) -> list[Path]:
    return sorted((folder / "mappings").glob("*.yml"))


def _words(path: Path, codes: Iterable[str]) -> dict[str, str]:
    return read_word_list(csv_rows(path, WORD_COLUMNS), codes, path.name)
