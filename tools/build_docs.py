"""Write docs/kpi.md and docs/data_dictionary.md from the catalogue and the contracts: python tools/build_docs.py."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from caringmon.model.claims import CLAIM_COLUMNS, CLAIM_KEY
from caringmon.model.contracts import Table
from caringmon.model.counts import COUNTS
from caringmon.model.kpi import CATALOGUE, LEVELS, Kpi
from caringmon.model.tables import TABLES

DOCS = Path(__file__).parent.parent / "docs"
_MADE = "Made by `python tools/build_docs.py`; a test holds it to its source."

_ABOUT = (
    "Source: `caringmon/model/kpi.py`. A formula is a ratio of the counts explained below. *By* says what puts "
    "something into a window. Rates are named, coloured or put in order from 20 cases on. Not available is a null "
    "with the code of its reason, never 0."
)


def kpi_page() -> str:
    """Return the page of the KPI catalogue."""
    head = ["Id", "Nama / Name", "Formula", "Unit", "Good", "Clause", "By", "Needs", "Levels"]
    used = {name for kpi in CATALOGUE.values() for name in (kpi.numerator, kpi.denominator) if name}
    return "\n".join([
        "# KPI catalogue",
        "",
        f"{_MADE} {_ABOUT}",
        "",
        *_rows(head, (_kpi_cells(kpi) for kpi in CATALOGUE.values())),
        "",
        "## Counts",
        "",
        *_rows(["Count", "What it is"], ((f"`{name}`", COUNTS[name]) for name in COUNTS if name in used)),
        "",
    ])  # fmt: skip


def dictionary_page() -> str:
    """Return the page of all stored tables and of the agree ledger."""
    parts = [f"# Data dictionary\n\n{_MADE} Source: `caringmon/model/tables.py` and `caringmon/model/claims.py`.\n"]
    parts += [_table_part(table) for table in TABLES.values()]
    key = ", ".join(CLAIM_KEY)
    rows = ((f"`{column.name}`", str(column.type).split("<")[0], column.meaning) for column in CLAIM_COLUMNS)
    parts.append(
        "\n".join([f"## agree ledger\n\nDerived; key: {key}.\n", *_rows(["Column", "Type", "Meaning"], rows), ""])
    )
    return "\n".join(parts)


def _kpi_cells(kpi: Kpi) -> tuple[str, ...]:
    formula = f"`{kpi.numerator}`" + (f" ÷ `{kpi.denominator}`" if kpi.denominator else "")
    levels = "all" if kpi.levels == LEVELS else ", ".join(kpi.levels)
    segments = f" ({', '.join(kpi.segments)})" if kpi.segments else ""
    needs = f"not yet: {kpi.later}" if kpi.later else ", ".join(kpi.needs)
    needs = f"see `caringmon {kpi.instead}`" if kpi.instead else needs
    return (kpi.id, f"{kpi.name_id} / {kpi.name_en}", formula, kpi.unit.value, kpi.direction.value, kpi.clause,
            kpi.kind.value, needs, levels + segments)  # fmt: skip


def _table_part(table: Table) -> str:
    keys = " else ".join(", ".join(names) for names in table.key)
    rows = (
        (
            f"`{column.name}`",
            column.kind.value,
            "yes" if column.required else "",
            column.meaning,
            ", ".join(column.allowed),
        )
        for column in table.stored
    )
    about = f"Key: {keys}. Event: {table.event or 'the export'}."
    return "\n".join(
        [f"## {table.name}\n\n{about}\n", *_rows(["Column", "Kind", "Required", "Meaning", "Values"], rows), ""]
    )


def _rows(head: list[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


if __name__ == "__main__":
    (DOCS / "kpi.md").write_text(kpi_page(), encoding="utf-8")
    (DOCS / "data_dictionary.md").write_text(dictionary_page(), encoding="utf-8")
