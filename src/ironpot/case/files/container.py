"""Is this workbook's container safe to open? Sizes first, then parts one by one.

Runs in the reading child with the standard library alone. Sizes are bytes.
"""

import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

MEBIBYTE = 1 << 20
MAX_FILE = 64 * MEBIBYTE
MAX_INFLATED = 128 * MEBIBYTE
MAX_SMALL_PART = 4 * MEBIBYTE
MAX_PARTS = 2_000

WORKBOOK = "xl/workbook.xml"
SHEETS = "xl/worksheets/"
RELATIONS = "xl/_rels/workbook.xml.rels"
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0"
_LOCAL_HEADER = struct.Struct("<26xHH")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_FOREIGN_CODING = re.compile(rb"^[^>]*encoding=[\"'](?!utf-?8|us-ascii)", re.IGNORECASE)


class RefusedError(Exception):
    """A file that is not opened; `code` names the reason, `detail` the figure or name behind it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def check_container(path: Path) -> None:
    """Refuse what is not a plain Excel workbook, before anything is inflated."""
    size = path.stat().st_size
    if size > MAX_FILE:
        raise RefusedError("too_large", f"{size // MEBIBYTE} MiB")
    data = path.read_bytes()
    if data.startswith(_OLD_CONTAINER):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise RefusedError("encrypted" if encrypted else "old_excel")
    if not data.startswith(b"PK\x03\x04"):
        raise RefusedError("not_a_workbook")
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or len(data) - end < 22:
        raise RefusedError("damaged")
    entries, directory_size = struct.unpack_from("<HI", data, end + 10)
    if entries > MAX_PARTS or directory_size > MEBIBYTE:
        raise RefusedError("too_many_parts", str(entries))


def read_directory(stream: BinaryIO) -> dict[str, zipfile.ZipInfo]:
    """Return the parts by name; refuse bad names, passwords, odd packing and declared bombs."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise RefusedError("damaged") from error
    for entry in entries:
        _check_entry(entry)
    total = sum(entry.file_size for entry in entries)
    if total > MAX_INFLATED:
        raise RefusedError("bomb", f"{total // MEBIBYTE} MiB")
    parts = {entry.filename: entry for entry in entries}
    if len({name.lower() for name in parts}) != len(entries):
        raise RefusedError("damaged")
    if WORKBOOK not in parts:
        raise RefusedError("not_a_workbook")
    return parts


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    if name.startswith("/") or ".." in name.split("/") or set(name) & set("\\\0:"):
        raise RefusedError("path_slip", name[:60])
    if len(name) > 255 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError("damaged")
    if entry.flag_bits & 1:
        raise RefusedError("encrypted")


def read_markup(stream: BinaryIO, part: zipfile.ZipInfo, limit: int = MAX_INFLATED) -> bytes:
    """Return a part's text as UTF-8 without document types, entities or surprises in size."""
    if part.file_size > limit:
        raise RefusedError("bomb", part.filename)
    data = _inflate(stream, part)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise RefusedError("entities", part.filename)
    if data.startswith(_UTF16) or _FOREIGN_CODING.match(data[:200]):
        raise RefusedError("damaged")
    return data


def _inflate(stream: BinaryIO, part: zipfile.ZipInfo) -> bytes:
    """Inflate to the declared size; a stream that holds more or less than declared is refused."""
    stream.seek(part.header_offset)
    header = stream.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise RefusedError("damaged")
    stream.seek(sum(_LOCAL_HEADER.unpack(header)), 1)
    packed = stream.read(part.compress_size)
    data = packed
    if part.compress_type == zipfile.ZIP_DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, part.file_size + 1)
        except zlib.error as error:
            raise RefusedError("damaged") from error
    if len(data) > part.file_size:
        raise RefusedError("bomb", part.filename)
    if len(data) < part.file_size or zlib.crc32(data) != part.CRC:
        raise RefusedError("damaged")
    return data
