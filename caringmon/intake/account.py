"""What became of a file and of each of its rows, as counts that add up and as lines of text."""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.findings import Issue


@dataclass(frozen=True)
class TableCount:
    """What became of the rows of a sheet as rows of one table; a sum that does not hold: RuntimeError.

    read + unfolded = loaded + set aside + repeats + totals + skipped. `read`: rows of the file; `unfolded`: rows more
    than that, where one line holds several attempts or payments; `skipped`: rows known to be no event of the table.
    """

    table: str
    sheet: str
    read: int
    loaded: int
    set_aside: int
    repeats: int
    skipped: int
    totals: int = 0
    unfolded: int = 0

    def __post_init__(self) -> None:
        become = self.loaded + self.set_aside + self.repeats + self.totals + self.skipped
        if self.read + self.unfolded != become:
            raise RuntimeError(f"rows of {self.table} do not add up: {self}")

    def line(self) -> str:
        """Return the sum as text."""
        more = f" + {self.unfolded:,} unfolded" if self.unfolded else ""
        return (
            f"{self.table} {self.read:,} read{more} = {self.loaded:,} loaded + {self.set_aside:,} set aside "
            f"+ {self.repeats:,} repeated + {self.totals:,} totals + {self.skipped:,} skipped"
        )


@dataclass(frozen=True)
class FileReport:
    """What became of a file. `refusal`: why nothing of it was loaded; `is_known`: it had been loaded before.

    `is_anew`: it had been loaded by other rules (aliases, mappings, word lists), and this reading took their place.
    """

    file: str
    counts: tuple[TableCount, ...] = ()
    issues: tuple[Issue, ...] = ()
    refusal: str = ""
    is_known: bool = False
    is_anew: bool = False

    @property
    def refused(self) -> bool:
        """Tell whether the file was refused as a whole."""
        return bool(self.refusal)

    @property
    def rows_loaded(self) -> int:
        """Rows that are in the store now, over all tables."""
        return sum(count.loaded for count in self.counts)

    def lines(self) -> list[str]:
        """Return the report as lines of text, without any value of the file."""
        if self.refused:
            return [f"refused  {self.refusal}"]
        if self.is_known:
            return [f"known    {self.file}: already loaded, nothing added"]
        done = "anew" if self.is_anew else "loaded"
        head = [
            f"{done:<8} {self.file}{f' [{count.sheet}]' if count.sheet else ''}: {count.line()}"
            for count in self.counts
        ]
        ignored = f"ignored  {self.file}: its headers fit no table; name them in params/header_aliases.yml or a mapping"
        return [*(head or [ignored]), *map(issue_line, self.issues)]


def issue_line(issue: Issue) -> str:
    """Return an issue as a line of text: severity, code, how often, where."""
    place = " ".join(
        filter(
            None,
            (
                issue.table,
                f"[{issue.sheet}]" if issue.sheet else "",
                f"row {issue.row}" if issue.row else "",
                f"(line {issue.line})" if issue.line and issue.line != issue.row else "",
                issue.detail,
            ),
        )
    )
    return f"  {issue.severity:<10} {issue.code} × {issue.count:,} {place}".rstrip()
