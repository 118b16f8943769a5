"""caringmon: agree against target for caring calls, explained and reproducible."""
