"""The streams of a compound file, the container of old workbooks (.xls) and of protected ones ([MS-CFB])."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from caringmon.intake.members import refuse_damaged

_END = 0xFFFFFFFA  # sector numbers from here on are marks
_HEADER_SECTORS = 109
_ENTRY_BYTES = 128
_STREAM, _ROOT = 2, 5


@dataclass(frozen=True)
class _Entry:
    start: int
    size: int


class Compound:
    """A compound file; one whose chains break: DataBlockedError naming the file."""

    def __init__(self, file: str, data: bytes) -> None:
        self._file, self._data = file, data
        try:
            self._open()
        except (struct.error, IndexError, ValueError):
            refuse_damaged(file)

    @property
    def names(self) -> frozenset[str]:
        """The names of the streams."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        """Return the content of a stream; small ones lie in a stream of their own."""
        entry = self._entries[name]
        try:
            if entry.size >= self._cutoff:
                return self._content(entry.start)[: entry.size]
            inner, size = self._content(self._root.start), 1 << self._mini_shift
            table = _numbers(self._content(self._mini_start)) if self._mini_start < _END else ()
            chain = self._chain(entry.start, table)
            return b"".join(inner[n * size : (n + 1) * size] for n in chain)[: entry.size]
        except (struct.error, IndexError, ValueError):
            refuse_damaged(self._file)

    def _open(self) -> None:
        shift, self._mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or self._mini_shift != 6:
            raise ValueError("sector sizes that the format does not know")
        self._size = 1 << shift
        directory, _, self._cutoff, self._mini_start, _, more, _ = struct.unpack_from("<7I", self._data, 48)
        listed = list(struct.unpack_from(f"<{_HEADER_SECTORS}I", self._data, 76))
        seen = 0
        while more < _END and seen <= len(self._data) // self._size:
            *sectors, more = _numbers(self._sector(more))
            listed += sectors
            seen += 1
        self._table = _numbers(b"".join(self._sector(number) for number in listed if number < _END))
        self._entries: dict[str, _Entry] = {}
        self._root = _Entry(_END, 0)
        entries = self._content(directory)
        for at in range(0, len(entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            start, size = struct.unpack_from("<II", entries, at + 116)
            name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == _STREAM:
                self._entries.setdefault(name, _Entry(start, size))
            elif kind == _ROOT:
                self._root = _Entry(start, size)

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _content(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in self._chain(start, self._table))

    def _chain(self, number: int, table: tuple[int, ...]) -> list[int]:
        chain = []
        while number < _END:
            chain.append(number)
            if len(chain) > len(table):
                raise ValueError("a chain of sectors runs in a circle")
            number = table[number]
        return chain


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
