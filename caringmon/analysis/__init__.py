"""Arithmetic: tables in, tables out; a module is named for the table it makes."""
