"""The rules of the rulebook, grouped by what they are about; each returns what it found, or nothing."""
