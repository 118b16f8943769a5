"""How files are read: what the parameter files say about headers, words and foreign files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from caringmon.errors import ParameterError
from caringmon.intake.aliases import Aliases, known_names, read_aliases
from caringmon.intake.clean import Vocabulary
from caringmon.intake.headers import SOURCE_OF_RECORD
from caringmon.intake.mappings import FileMapping, read_mapping
from caringmon.intake.results import ResultWords
from caringmon.intake.words import read_word_list
from caringmon.model.codes import QC_REASONS, RESULT_BY_CODE
from caringmon.params import read_yaml_as_text
from caringmon.settings import parameter_file, workspace_buckets
from caringmon.shipped import params_folder


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


def read_rules(workspace: Path) -> Rules:
    """Return the rules of the workspace's parameter files, else of those that come with the package.

    Anything wrong in them: ParameterError naming file and key.
    """
    aliases = read_aliases(read_yaml_as_text(parameter_file(workspace, "header_aliases.yml")), "header_aliases.yml")
    files = {path.stem: path for folder in (params_folder(), workspace / "params") for path in _mapping_files(folder)}
    mappings = tuple(read_mapping(name, read_yaml_as_text(files[name])) for name in sorted(files))
    vocabulary = Vocabulary(
        results=ResultWords(_words(parameter_file(workspace, "result_codes.csv"), RESULT_BY_CODE)),
        qc_reasons=_words(parameter_file(workspace, "qc_reasons.csv"), QC_REASONS),
        buckets=workspace_buckets(workspace),
    )
    return Rules(aliases, mappings, vocabulary)


def _mapping_files(folder: Path) -> list[Path]:
    return sorted((folder / "mappings").glob("*.yml"))


def _words(path: Path, codes: Iterable[str]) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return read_word_list(csv.DictReader(handle), codes, path.name)
    except UnicodeDecodeError:
        raise ParameterError(f"{path.name}: not UTF-8 text; save it as UTF-8") from None
