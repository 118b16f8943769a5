"""Outside world → trusted tables: read, headers, clean, validate, pseudonyms, in that order."""
