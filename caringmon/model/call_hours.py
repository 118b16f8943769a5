"""When customers may be called, on their own clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CallHours:
    """When customers may be called, on their own clock.

    `zone_hours`: hours that the clock of a witel, named in capitals, is ahead of WIB; a witel that is not named, or
    none: `default_hours`.
    Both ends of the allowed hours are allowed.
    """

    opens: dt.time = dt.time(8)
    closes: dt.time = dt.time(20)
    zone_hours: Mapping[str, int] = field(default_factory=dict)
    default_hours: int = 0
