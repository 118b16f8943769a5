"""The steps of the bridge from the rows of a file to agrees: each total, and what is taken from it to give the next."""

from __future__ import annotations

FROM_ROWS = ("set_aside", "repeats", "newer_elsewhere", "outside", "suppressed", "non_voice", "other_results")
FROM_AGREES = ("repeat_agrees", "superseded")
FROM_GROSS = ("not_valid", "returned", "paid_before")
STEPS = ("rows_read", *FROM_ROWS, "agree_rows", *FROM_AGREES, "gross", *FROM_GROSS, "net")
TOTALS = ("rows_read", "agree_rows", "gross", "net")
