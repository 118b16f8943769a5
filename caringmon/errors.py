"""The error family: what a person did or met, and the exit code that the command ends with."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """Why no report came out, for readers of the index rather than of the message: a code, and what its sentence says.

    `words`: by slot a code, a key of the catalogue or a day as ISO text, several with | between them; `counts`:
    numbers. Neither names a person or a customer. No code: not told in the index.
    """

    code: str
    words: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


class CaringmonError(Exception):
    """Something a person can mend: the message says what, where and what to do. Never shown with a traceback.

    `code`: that of the reason where an error brings none of its own.
    """

    exit_code = 1
    code = ""

    def __init__(self, message: str = "", reason: Reason | None = None) -> None:
        super().__init__(message)
        self.reason = reason or Reason(self.code)

    def _render_traceback_(self) -> list[str]:
        """Return the one line that IPython prints instead of a traceback (which would hold cell values)."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(CaringmonError):
    """The command line or a file name makes no sense."""

    exit_code = 2


class ParameterError(CaringmonError):
    """A parameter is unknown, of the wrong type or impossible; the message names the key."""

    exit_code = 2


class DataBlockedError(CaringmonError):
    """The data are not ready or contradict themselves; nothing was published."""

    exit_code = 3
    code = "DATA_BLOCKED"


class ReportFailedError(CaringmonError):
    """A report was started and did not become complete; nothing was published."""

    exit_code = 4
    code = "REPORT_FAILED"


class RefusedError(CaringmonError):
    """A rule of the house forbids it."""

    exit_code = 5


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the nearest known name, or an empty text when none is near."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
