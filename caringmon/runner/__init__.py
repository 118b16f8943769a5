"""Notebooks → published folders."""
