"""The answer of `verify` as text: lines for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from caringmon.model.verification import Verdict, Verification

_FIELDS = ("verdict", "file", "text")
_ENDINGS = {
    Verdict.CLEAN: "clean: as published, and what its findings say",
    Verdict.MISSING: "incomplete",
    Verdict.ALTERED: "altered: not to be relied on",
}


def verify_lines(found: Verification) -> str:
    """Return a line per fault and remark, and the verdict on the last one."""
    lines = [f"{fault.verdict}  {fault.file}: {fault.text}" for fault in found.faults]
    lines += [f"note  {remark}" for remark in found.remarks]
    counts = f"{found.checked} files" + (f", {len(found.faults)} faults" if found.faults else "")
    return "\n".join([*lines, f"{found.report}: {_ENDINGS[found.verdict]} ({counts})"])


def verify_csv(found: Verification) -> str:
    """Return a row per fault with a header; remarks have the verdict `note`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_FIELDS)
    writer.writerows((fault.verdict.value, fault.file, fault.text) for fault in found.faults)
    writer.writerows(("note", "", remark) for remark in found.remarks)
    return text.getvalue().rstrip("\n")


def verify_json(found: Verification) -> str:
    """Return the answer as one JSON object: report, verdict, checked, faults, remarks."""
    faults = [dict(zip(_FIELDS, (fault.verdict, fault.file, fault.text), strict=True)) for fault in found.faults]
    answer = {
        "report": found.report, "verdict": found.verdict, "checked": found.checked,
        "faults": faults, "remarks": list(found.remarks),
    }  # fmt: skip
    return json.dumps(answer, ensure_ascii=False, indent=1)


VERIFY_FORMATS: dict[str, Callable[[Verification], str]] = {
    "table": verify_lines,
    "csv": verify_csv,
    "json": verify_json,
}
