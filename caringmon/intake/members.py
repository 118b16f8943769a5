"""The members of a zip file. What it declares is not believed: bytes are counted while they are unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from caringmon.errors import DataBlockedError

MAX_UNPACKED_BYTES = 2 << 30  # a sheet of one million rows and 17 columns unpacks to about 0.7 GB
MAX_MEMBERS = 5_000
MAX_RATIO = 100  # sheets unpack to 5 to 40 times their size, deflate at most to 1,032 times
RATIO_FROM_BYTES = 16 << 20
_ENTRY, _MAX_ENTRIES = b"PK\x01\x02", 200_000  # those of zip files inside, stored as they are, among them
_CHUNK = 1 << 20
_PACKED_CHUNK = 1 << 16
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, OverflowError,
           IndexError, struct.error, zlib.error)  # fmt: skip


@dataclass
class Allowance:
    """How many bytes may still be unpacked, over all members of a file."""

    left: int = MAX_UNPACKED_BYTES


def members_of(file: str, data: bytes) -> list[zipfile.ZipInfo]:
    """Return the members that are no folders, as the file's directory lists them.

    Broken, protected, too many, or two of one name (of which readers take different ones): DataBlockedError.
    """
    found = [member for member in directory_of(file, data) if not member.is_dir()]
    if len(found) > MAX_MEMBERS:
        raise DataBlockedError(f"{file}: holds more than {MAX_MEMBERS:,} parts; no export does; not read")
    counts = Counter(member.filename.casefold().replace("\\", "/") for member in found)
    if any(count > 1 for count in counts.values()):
        twice = next(name for name, count in counts.items() if count > 1)
        raise DataBlockedError(f"{file}: holds two parts named {twice}, of which one would be lost; save it again")
    return found


def directory_of(file: str, data: bytes) -> list[zipfile.ZipInfo]:
    """Return all that the directory of a zip file lists. Broken, or too long to be held: DataBlockedError."""
    if data.count(_ENTRY) > _MAX_ENTRIES:
        raise DataBlockedError(f"{file}: holds more than {MAX_MEMBERS:,} parts; no export does; not read")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except _BROKEN:
        refuse_damaged(file)


def unpacked(file: str, data: bytes, member: zipfile.ZipInfo, allowance: Allowance) -> Iterator[bytes]:
    """Yield the content of a member in pieces of at most 1 MiB.

    Protected, damaged, packed in another way than Excel does, of another size than declared, swelling more than
    `MAX_RATIO` times or beyond the allowance: DataBlockedError.
    """
    if member.flag_bits & _ENCRYPTED:
        raise DataBlockedError(f"{file}: is protected by a password; save it without one")
    packed = _packed(file, data, member)
    if member.compress_type == zipfile.ZIP_STORED:
        pieces: Iterator[bytes] = (bytes(packed[start : start + _CHUNK]) for start in range(0, len(packed), _CHUNK))
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        pieces = _inflated(file, packed)
    else:
        raise DataBlockedError(f"{file}: is compressed in a way that is not read; save it again, or zip it as usual")
    size, checksum = 0, 0
    for piece in pieces:
        size += len(piece)
        allowance.left -= len(piece)
        if size > RATIO_FROM_BYTES and size > MAX_RATIO * len(packed):
            raise DataBlockedError(
                f"{file}: swells more than {MAX_RATIO} times when unpacked, no export does; not read"
            )
        if allowance.left < 0:
            raise DataBlockedError(f"{file}: larger than 2 GB when unpacked; split it, or export it as .csv")
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if (size, checksum) != (member.file_size, member.CRC):
        refuse_damaged(file)


def content_of(file: str, data: bytes, member: zipfile.ZipInfo, allowance: Allowance) -> bytes:
    """Return the whole content of a member; errors as `unpacked`."""
    return b"".join(unpacked(file, data, member, allowance))


def refuse_damaged(file: str) -> NoReturn:
    """Raise the error for a zip file or workbook whose bytes are not what they should be."""
    raise DataBlockedError(f"{file}: the file is damaged or cut off; export it again, or open it in Excel and save it")


def _packed(file: str, data: bytes, member: zipfile.ZipInfo) -> memoryview:
    """Return the packed bytes of a member, whose own header must name it as the directory does."""
    try:
        signature, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, member.header_offset)
        start = member.header_offset + _LOCAL_HEADER.size
        name = data[start : start + name_length].decode("utf-8" if member.flag_bits & _UTF8_NAME else "cp437")
    except (struct.error, ValueError):
        refuse_damaged(file)
    start += name_length + extra_length
    end = start + member.compress_size
    if signature != b"PK\x03\x04" or name != member.orig_filename or end > len(data):
        refuse_damaged(file)
    return memoryview(data)[start:end]


def _inflated(file: str, packed: memoryview) -> Iterator[bytes]:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for start in range(0, len(packed), _PACKED_CHUNK):
            rest = bytes(packed[start : start + _PACKED_CHUNK])
            while rest and not decoder.eof:
                yield decoder.decompress(rest, _CHUNK)
                rest = decoder.unconsumed_tail
        while not decoder.eof and (piece := decoder.decompress(b"", _CHUNK)):
            yield piece
    except zlib.error:
        refuse_damaged(file)
    if not decoder.eof:
        refuse_damaged(file)
