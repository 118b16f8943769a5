"""What a failed run leaves: the entry GAGAL TERBIT, which says to everybody why there is no report and what to do."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path

from caringmon.analysis.asks import asks
from caringmon.errors import CaringmonError, Reason, RefusedError, ReportFailedError
from caringmon.model.audience import ALL
from caringmon.model.failure import Failure
from caringmon.model.period import WIB
from caringmon.params import Report
from caringmon.request import request_in
from caringmon.runner.documents import write_index
from caringmon.runner.entries import write_entry
from caringmon.store.files import only_one


def reason_of(problem: Exception) -> Reason:
    """Return why no report came out; a defect of ours has the reason of a report that failed, and none of its text."""
    return problem.reason if isinstance(problem, CaringmonError) else Reason(ReportFailedError.code)


def leave_entry(reason: Reason, parameters: Report, form: str, workspace: Path, now: dt.datetime) -> None:
    """Write the entry of a run that failed at `now`, and the index that shows it.

    Nothing is left of a mistake in parameters (a reason without a code), of days that have not begun, and of builds for
    the manager or one leader: they are made from the data of the report to everybody, whose entry speaks for all.
    Where the entry cannot be written (a full disk, a folder that others keep busy, a foreign file in its place), the
    run still ends with its own error.
    """
    at = now.astimezone(WIB).replace(microsecond=0)
    if not reason.code or parameters.audience != ALL or at.date() < parameters.report_date:
        return
    request, calendar = request_in(workspace, parameters)
    failure = Failure(
        report=parameters.report,
        title=form,
        segment=parameters.segment,
        period=parameters.period,
        parameters=parameters.as_text(),
        reason=reason,
        asks=asks(reason, request, calendar),
        at=at,
        first_at=at,
    )
    outputs = workspace / "outputs"
    with suppress(OSError, RefusedError, ReportFailedError), only_one(outputs):
        write_entry(outputs, failure)
        write_index(outputs, parameters.lang)
