"""The words of the command line: which commands there are, and what each may be told."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from caringmon.errors import UsageError
from caringmon.model.period import WIB

Command = Callable[[argparse.Namespace], int]
_Commands = argparse._SubParsersAction  # argparse has no public name for what add_subparsers returns
_FORMATS = ("table", "csv", "json")


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are UsageErrors, in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake; argparse would print its usage and leave."""
        raise UsageError(f"{message} (see {self.prog} --help)")


def command_parser(program: str, functions: Mapping[str, Command]) -> Parser:
    """Return the parser of all commands; it sets `command` to the function of the one that was named.

    Without a function of its name a command is not offered.
    """
    parser = Parser(prog=program, description="Agree against target for caring calls, explained and reproducible.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    shared = Parser(add_help=False)
    shared.add_argument("--workspace", type=Path, metavar="DIR", help="folder with params/, inbox/, store/, outputs/")
    for name, describe in _DESCRIBED.items():
        if name in functions:
            describe(commands, shared).set_defaults(command=functions[name])
    return parser


def _demo(commands: _Commands[Parser], shared: Parser) -> Parser:
    demo = commands.add_parser("demo", parents=[shared], help="make a demo workspace and every report that exists")
    demo.add_argument("--seed", type=int, default=0, help="of the generated data (default 0)")
    demo.add_argument("--size", choices=("small", "full"), default="small", help="60,000 or 1 million attempts")
    return demo


def _init(commands: _Commands[Parser], _shared: Parser) -> Parser:
    init = commands.add_parser(
        "init",
        help="make a workspace: folders, parameter files, templates",
        description="Make DIR a workspace: params/ with every parameter file, inbox/, store/, outputs/, templates/ "
        "with the workbooks to fill in, .gitignore. What exists is kept and named.",
    )
    init.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder")
    init.add_argument("--lang", choices=("id", "en"), default="id", help="language of the templates (default id)")
    return init


def _template(commands: _Commands[Parser], _shared: Parser) -> Parser:
    template = commands.add_parser(
        "template",
        help="write one of the templates again: target, roster, absensi, riwayat",
        description="Write a workbook to fill in, with dropdowns, an example row and a sheet that explains each "
        "column. The filled-in workbook goes to inbox/; the example row, if left in, is not loaded.",
    )
    template.add_argument("name", metavar="NAME", help="target, roster, absensi or riwayat")
    template.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default NAME.xlsx here)")
    template.add_argument("--lang", choices=("id", "en"), default="id", help="language of the words (default id)")
    return template


def _ingest(commands: _Commands[Parser], shared: Parser) -> Parser:
    ingest = commands.add_parser(
        "ingest",
        parents=[shared],
        help="load inbox/ or the files named",
        description="Load files and tell what became of each: loaded, known (nothing added), anew (read again since an "
        "alias, mapping or word list changed), ignored or refused. A refused file stops no other; exit code 3 then.",
    )
    ingest.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default inbox/)")
    return ingest


def _check(commands: _Commands[Parser], shared: Parser) -> Parser:
    check = commands.add_parser(
        "check",
        parents=[shared],
        help="data quality and readiness, without a report",
        description="Tell what is loaded, what is wrong with it, what is missing on the latest day and on the working "
        "days of its month, and what in inbox/ is not loaded. Exit code 3 if a report of that day would be refused.",
    )
    check.add_argument("--format", choices=_FORMATS, default="table", help="default: table")
    check.add_argument(
        "--suggest",
        action="store_true",
        help="append headers and words that no list knows to params/ as commented proposals",
    )
    return check


def _run(commands: _Commands[Parser], shared: Parser) -> Parser:
    run = commands.add_parser(
        "run",
        parents=[shared],
        help="run a report and publish it",
        description="Run a report's notebook and publish page, workbook and chat text as its next version. The same "
        "content as the last version publishes nothing. Example: caringmon run daily -p report_date=2022-10-18",
    )
    run.add_argument("report", metavar="REPORT", help="daily, w03 or f01")
    run.add_argument("-f", dest="file", type=Path, metavar="FILE", help="parameter file (default params/REPORT.yml)")
    run.add_argument("-p", dest="values", action="append", default=[], metavar="KEY=VALUE", help="one parameter")
    return run


def _kpi(commands: _Commands[Parser], shared: Parser) -> Parser:
    kpi = commands.add_parser(
        "kpi",
        parents=[shared],
        help="KPIs of any days and level, as known at an instant",
        description="Count the KPIs of the days from D to D, both included; docs/kpi.md says what each one is. "
        "Example: caringmon kpi --segment CT0 --from 2022-10-01 --to 2022-10-18 --level tl --kpi K17 K19",
    )
    _window_arguments(kpi, segments="S|ALL")
    kpi.add_argument("--kpi", dest="kpis", nargs="+", action="extend", default=[], metavar="K17",
                     help="some KPIs, each with its sub-ids (default: all)")  # fmt: skip
    return kpi


def _gap(commands: _Commands[Parser], shared: Parser) -> Parser:
    gap = commands.add_parser(
        "gap",
        parents=[shared],
        help="why the target was missed: the gap by factor and entity, with intervals",
        description="Split the gap of the days from D to D, both included, into exact parts per factor of the funnel "
        "and entity, against a reference; docs/methods.md says how. "
        "Example: caringmon gap --segment CT0 --from 2022-10-01 --to 2022-10-18 --level tl",
    )
    _window_arguments(gap, segments="S")
    gap.add_argument(
        "--reference",
        choices=("plan", "last_month", "baseline"),
        default="last_month",
        help="the planned funnel, last month up to the same working day (default), or the working days before",
    )
    return gap


def _window_arguments(command: Parser, segments: str) -> None:
    """Add what `kpi` and `gap` are both told: segment, days, level, instant, basis, format."""
    command.add_argument("--segment", required=True, metavar=segments)
    command.add_argument("--from", dest="first", required=True, type=_date, metavar="D", help="first day, YYYY-MM-DD")
    command.add_argument("--to", dest="last", required=True, type=_date, metavar="D",
                         help="last day, which belongs to it")  # fmt: skip
    command.add_argument("--level", required=True, metavar="site|spv|tl|agent|witel")
    command.add_argument("--as-of", type=_instant, metavar="TS", help="what was known then (default: the latest event)")
    command.add_argument(
        "--basis", choices=("net", "valid", "gross"), default="net", help="of agrees and what is made of them"
    )
    command.add_argument("--restated", action="store_true", help="count what became known after the QC cut-off too")
    command.add_argument("--format", choices=_FORMATS, default="table", help="default: table")


def _close(commands: _Commands[Parser], shared: Parser) -> Parser:
    close = commands.add_parser("close", parents=[shared], help="freeze a month of a segment after its QC cut-off")
    close.add_argument("--segment", required=True, choices=("CT0", "PRANPC"))
    close.add_argument("--period", required=True, metavar="YYYY-MM")
    close.add_argument("--accept-open", type=int, default=0, metavar="N", help="close with N claims still open")
    return close


def _tindakan(commands: _Commands[Parser], shared: Parser) -> Parser:
    actions = commands.add_parser(
        "tindakan",
        parents=[shared],
        help="what each TL is to do today, with service numbers: a restricted workbook per leader",
        description="Write outputs/tindakan/ALL/D/tindakan_CODE.xlsx for every TL and SPV: near the CT-0 limit, broken "
        "promises, untouched records, returns, each with service number, reason and due date; an SPV's file also has "
        "the sheet Integritas. Readable by the owner of the workspace alone; never send it on.",
    )
    actions.add_argument("--date", dest="day", required=True, type=_date, metavar="D", help="day of the data")
    actions.add_argument("--tl", default="", metavar="ID", help="one TL or SPV alone (default: all)")
    actions.add_argument("--lang", choices=("id", "en"), default="id", help="language of the words (default id)")
    return actions


def _followup(commands: _Commands[Parser], shared: Parser) -> Parser:
    followup = commands.add_parser(
        "followup",
        help="recommendations and what became of them: tracker out, tracker back, list",
        description="The register of recommendations. export writes the tracker, a workbook in which owners choose a "
        "status and write date, evidence and note; import takes it back; list prints it. docs/howto_followup.md.",
    )
    actions = followup.add_subparsers(dest="action", required=True, metavar="export|import|list", parser_class=Parser)
    asked = Parser(add_help=False)
    asked.add_argument("--owner", default="", metavar="CODE", help="of one person, or of a role (TL, SPV, QCO, …)")
    asked.add_argument("--restricted", action="store_true", help="the restricted ones, for SPV and QRD, instead")
    asked.add_argument("--lang", choices=("id", "en"), default="id", help="language of the words (default id)")
    export = actions.add_parser("export", parents=[shared, asked], help="write the tracker of open recommendations")
    export.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default tracker_DATE.xlsx here)")
    back = actions.add_parser(
        "import",
        parents=[shared],
        help="take a filled-in tracker back",
        description="Take what owners filled in; rows that cannot be taken are named with their reason. A tracker "
        "made before one of its recommendations changed is refused as a whole (exit code 5).",
    )
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--by", default="", metavar="CODE", help="who reports it (default: the user of this machine)")
    listed = actions.add_parser("list", parents=[shared, asked], help="print recommendations and where they stand")
    listed.add_argument("--open", action="store_true", help="only those that are not closed")
    listed.add_argument("--format", choices=_FORMATS, default="table", help="default: table")
    return followup


def _verify(commands: _Commands[Parser], shared: Parser) -> Parser:
    verify = commands.add_parser(
        "verify",
        parents=[shared],
        help="hashes, figures, workbook and page of a finished report",
        description="Hold a published version against its manifest and its findings: hashes, every figure of page, "
        "workbook and chat text, and the documents made again. Exit code 0: clean; 5: something was altered; 4: "
        "something is missing. Example: caringmon verify outputs/daily/ALL/2022-10-18/v1",
    )
    verify.add_argument("path", type=Path, metavar="PATH", help="version folder, or its report.html or manifest.json")
    verify.add_argument("--format", choices=_FORMATS, default="table", help="default: table")
    return verify


def _date(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date written YYYY-MM-DD, for example 2022-10-18") from None


def _instant(text: str) -> dt.datetime:
    """Return an instant as naive WIB; an offset is converted, a date alone is its end."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no instant, for example 2022-10-18T17:00") from None
    if len(text) == len("2022-10-18"):
        instant = dt.datetime.combine(instant.date(), dt.time(23, 59, 59))
    return instant if instant.tzinfo is None else instant.astimezone(WIB).replace(tzinfo=None)


_DESCRIBED: Mapping[str, Callable[[_Commands[Parser], Parser], Parser]] = {
    "demo": _demo,
    "init": _init,
    "template": _template,
    "ingest": _ingest,
    "check": _check,
    "run": _run,
    "kpi": _kpi,
    "gap": _gap,
    "close": _close,
    "tindakan": _tindakan,
    "followup": _followup,
    "verify": _verify,
}
