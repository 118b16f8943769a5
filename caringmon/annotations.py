"""What people add to a report: texts and decisions in `params/catatan/`, the only place where they change its words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from caringmon.errors import ParameterError, did_you_mean
from caringmon.model.annotations import Annotations, Decision
from caringmon.params import Report, read_yaml_as_text
from caringmon.store.files import write_whole
from caringmon.typed import IsoDate

FOLDER = "catatan"
_DATE = re.compile(r"\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4})\b")
# Eight digits in a row, or a telephone number with its digits set apart; amounts like 27.400.000 are neither.
_LONG_NUMBER = re.compile(r"\d{8,}|(?<!\d)(?:\+?62|0)(?:[ .()-]?\d){7,}")
_TEMPLATE = """\
# Catatan untuk laporan {report} {segment} {period}. Teks di sini tercetak sebagai "catatan TL", apa adanya.
# Jangan menulis nomor telepon atau nomor layanan. Setelah diubah, jalankan laporannya sekali lagi.
# rekomendasi: kode rekomendasi, lalu putusan (terima, ubah, tolak); ubah butuh teks, tolak butuh alasan. Contoh:
#   rekomendasi:
#     REC-CT0-2022-10-ABCD2345: {{putusan: tolak, alasan: "sudah ditangani kemarin", pic: TL01, due: "2022-10-20"}}
ringkasan: ""
analisa: ""
rekomendasi: {{}}
"""


class _Decision(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    putusan: str = "terima"
    teks: str = ""
    alasan: str = ""
    pic: str = ""
    due: IsoDate | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> _Decision:
        if self.putusan not in ("terima", "ubah", "tolak"):
            hint = did_you_mean(self.putusan, ("terima", "ubah", "tolak"))
            raise ValueError(f"putusan must be terima, ubah or tolak; got {self.putusan!r}.{hint}")
        if self.putusan == "ubah" and not self.teks.strip():
            raise ValueError("putusan ubah needs the new wording in teks")
        if self.putusan == "tolak" and not self.alasan.strip():
            raise ValueError("putusan tolak needs the reason in alasan")
        return self


class _File(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    ringkasan: str = ""
    analisa: str = ""
    rekomendasi: dict[str, _Decision] = Field(default_factory=dict)


@dataclass(frozen=True)
class NotesFile:
    """Where the notes of one report stand: `params/catatan/<report>_<segment>_<period>.yml`."""

    report: str
    segment: str
    period: str

    @classmethod
    def of(cls, parameters: Report) -> NotesFile:
        """Return the file of a report; all its audiences share it."""
        return cls(parameters.report, parameters.segment, parameters.period)

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.report}_{self.segment}_{self.period}.yml"

    def path(self, workspace: Path) -> Path:
        """Return the file's path in the workspace."""
        return workspace / "params" / FOLDER / self.name

    @property
    def template(self) -> str:
        """The text of the untouched file; it reads as nothing added."""
        return _TEMPLATE.format(report=self.report, segment=self.segment, period=self.period)


def read_annotations(path: Path) -> Annotations:
    """Return what people added; no file: nothing.

    An unknown key, a decision without its text or reason, a number of eight or more digits (it may be a customer's):
    ParameterError naming the file and the key.
    """
    if not path.exists():
        return Annotations()
    values = {name: value or "" for name, value in read_yaml_as_text(path).items()}
    if not values.get("rekomendasi"):
        values.pop("rekomendasi", None)
    known = _checked(values, path.name)
    for key, text in _texts(known):
        if _LONG_NUMBER.search(_DATE.sub(" ", text)):
            raise ParameterError(
                f"{path.name}: {key} holds a number of eight or more digits; leave out telephone and service numbers"
            )
    decisions = {
        rec_id: Decision(d.putusan, d.teks.strip(), d.alasan.strip(), d.pic.strip(), d.due)
        for rec_id, d in sorted(known.rekomendasi.items())
    }
    return Annotations(known.ringkasan.strip(), known.analisa.strip(), decisions)


def write_template(path: Path, template: str) -> None:
    """Write the file to fill in, unless there is one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, template.encode())


def fingerprint(annotations: Annotations) -> str:
    """Return texts and decisions as one text for `run_id`; nothing added: empty."""
    if annotations == Annotations():
        return ""
    decisions = {
        rec_id: [d.verdict, d.text, d.reason, d.owner, d.due.isoformat() if d.due else ""]
        for rec_id, d in annotations.decisions.items()
    }
    return json.dumps([annotations.summary, annotations.analysis, decisions], ensure_ascii=False, sort_keys=True)


def _checked(values: dict[str, object], name: str) -> _File:
    for key in values:
        if key not in _File.model_fields:
            raise ParameterError(f"{name}: unknown key '{key}'.{did_you_mean(key, _File.model_fields)}")
    try:
        return _File.model_validate(values)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        reason = f"is unknown; a decision has {', '.join(_Decision.model_fields)}"
    raise ParameterError(f"{name}: {where} {reason[:1].lower()}{reason[1:]}")


def _texts(known: _File) -> list[tuple[str, str]]:
    found = [("ringkasan", known.ringkasan), ("analisa", known.analisa)]
    for rec_id, decision in known.rekomendasi.items():
        found += [(f"rekomendasi.{rec_id}.{name}", getattr(decision, name)) for name in ("teks", "alasan", "pic")]
    return found
