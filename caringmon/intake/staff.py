"""Codes of staff: which of them tell who a person is, by a number, an address or a name, and how those are compared."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.cells import mask_of
from caringmon.intake.sheets import Bools
from caringmon.model.contracts import Column

# Between the codes of a cell that holds several.
SEPARATOR = "|"
# As a phone number is written; reports may print no number of eight digits that is no figure.
_NUMBER = re.compile(r"\d(?:[ .()+-]{0,2}\d){7,}")
_NO_LETTER = re.compile(r"[\W_]")


def tells_person(code: str) -> bool:
    """Tell whether a code holds eight or more digits in a row, an address, or two words of nothing but letters."""
    words = [word for word in code.split() if _NO_LETTER.sub("", word).isalpha()]
    return len(words) > 1 or "@" in code or _NUMBER.search(code) is not None


def compared(code: str) -> str:
    """Return what tells a person as it is compared: the digits of a number, else case-folded with single spaces."""
    has_letters = any(letter.isalpha() for letter in code)
    return " ".join(code.casefold().split()) if has_letters else re.sub(r"\D", "", code)


def staff_codes(rows: pa.Table, column: Column) -> pa.Array:
    """Return the codes of the column, null where they are no person's: at the level of the site or a witel."""
    codes = rows[column.name].combine_chunks()
    if not column.people_at:
        return codes
    is_person = pc.is_in(rows["level"].combine_chunks(), pa.array(column.people_at))
    return pc.if_else(is_person, codes, pa.scalar(None, pa.string()))


def telling_rows(codes: pa.Array) -> Bools:
    """Tell which rows hold a code that tells who a person is."""
    encoded = codes.dictionary_encode()
    telling = [any(map(tells_person, code.split(SEPARATOR))) for code in encoded.dictionary.to_pylist()]
    return mask_of(pa.array(telling, pa.bool_()).take(encoded.indices))
