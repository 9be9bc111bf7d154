"""The parts of a workbook, which is a zip archive, unpacked within bounds.

Comes in: a file and the limits. Goes out: the parts by name, a block at a time; or the reason why the archive is not
opened. What its directory declares is checked before anything is unpacked, and counted again while it is. Nothing is
written to disk, nested archives are never opened, macros never run. Must not know what the parts say.
"""

from __future__ import annotations

import posixpath
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from billcheck.connectors.files.limits import LimitProblem
from billcheck.connectors.files.text import CannotReadError
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO
    from zipfile import ZipInfo

    from billcheck.connectors.files.limits import Limits

CONTENT_TYPES = "[content_types].xml"
UNREADABLE = (BadZipFile, EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error)
"""What unpacking a damaged archive may raise."""

_BLOCK = 1 << 16
_SMALL_PART = 1 << 20
"""Parts up to this size may have any ratio: a few kilobytes of nothing but spaces harm nobody."""
_ENTRY_BYTES = 46
"""The least an entry of the directory takes."""
_LOCAL_BYTES = 30
_END, _END_64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_BYTES, _LOCATOR_BYTES, _LONGEST_COMMENT = 22, 20, 65_535
_NO_NUMBER = 0xFFFFFFFF
_ENCRYPTED = 0x1


class BrokenArchiveError(Problem):
    """The workbook is damaged: its parts cannot be unpacked."""

    remedy = "Save or export it anew."


class NoWorkbookError(Problem):
    """This is an archive of files, but no XLSX workbook."""

    remedy = "Give the workbook itself, saved as .xlsx, or its sheet saved as CSV (UTF-8)."


class OtherWorkbookError(Problem):
    """This workbook is in a format that does not tell formulas, dates and hidden rows for sure."""

    remedy = "Save it as .xlsx, or save the sheet as CSV (UTF-8)."


class ProtectedWorkbookError(Problem):
    """The workbook is protected by a password."""

    remedy = "Save it without a password."


class OverlappingPartsError(Problem):
    """Parts of the archive lie over each other or have one name, as no spreadsheet writes them."""

    remedy = "Do not trust this file; export the ledger anew."


class TooManyPartsError(LimitProblem):
    """The workbook has more parts than are opened."""

    limit = "zip_members"


class LargePartError(LimitProblem):
    """A part of the workbook unpacks to more than is read."""

    limit = "zip_member_bytes"


class LargeWorkbookError(LimitProblem):
    """The workbook as a whole unpacks to more than is read."""

    limit = "zip_total_bytes"


class HighRatioError(LimitProblem):
    """A part of the workbook unpacks to many times its size, as an archive does that is made to fill the memory."""

    limit = "zip_ratio"


@dataclass(slots=True)
class Archive:
    """An open archive whose directory was found harmless; a part that is read twice is no more to unpack."""

    path: str
    limits: Limits
    _file: ZipFile
    _members: Mapping[str, ZipInfo]
    _unpacked: dict[str, int] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        """Whether there is a part of this name; case does not matter."""
        return name.casefold() in self._members

    def blocks(self, name: str) -> Iterator[bytes]:
        """A part, a block at a time.

        Raises:
            LedgerRefusedError: It is missing, damaged, or larger than the directory says.
        """
        member = self._members.get(name.casefold())
        if member is None:
            raise LedgerRefusedError([BrokenArchiveError(self.path, name, what="A part of the workbook is missing.")])
        size = 0
        try:
            with self._file.open(member) as part:
                while block := part.read(_BLOCK):
                    size += len(block)
                    self._unpacked[member.filename] = max(size, self._unpacked.get(member.filename, 0))
                    _check_size(self.path, member.filename, size, member.compress_size, self.limits)
                    _check_total(self.path, sum(self._unpacked.values()), self.limits)
                    yield block
        except UNREADABLE as error:
            raise LedgerRefusedError([BrokenArchiveError(f"{self.path} {member.filename}", str(error)[:80])]) from error

    def read(self, name: str) -> bytes:
        """A small part as a whole.

        Raises:
            LedgerRefusedError: It is missing, damaged, or larger than the directory says.
        """
        return b"".join(self.blocks(name))


@contextmanager
def open_archive(path: str, location: str, limits: Limits) -> Iterator[Archive]:
    """The archive in a file, closed at the end.

    Args:
        path: How messages name the file.
        location: Where it is.
        limits: What it may unpack to.

    Raises:
        LedgerRefusedError: It cannot be opened, or its directory shows that it is harmful or no workbook.
    """
    try:
        file = Path(location).open("rb")  # noqa: SIM115 - closed below, also where it is no archive
    except OSError as error:
        problem = CannotReadError(path, what=f"The file cannot be opened: {error.strerror or type(error).__name__}.")
        raise LedgerRefusedError([problem]) from error
    with file:
        try:
            _check_directory_size(path, file, limits)
            archive = ZipFile(file)
        except UNREADABLE as error:
            raise LedgerRefusedError([BrokenArchiveError(path, str(error)[:80])]) from error
        members = archive.infolist()
        names = {_folded(member.filename): member for member in members}
        _check_members(path, members, archive.start_dir, limits, names)
        yield Archive(path, limits, archive, names)


def join_names(base: str, target: str) -> str:
    """The part that a target named in part `base` means."""
    folder = posixpath.dirname(f"/{base}")
    return posixpath.normpath(posixpath.join(folder, target.replace("\\", "/"))).lstrip("/")


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _check_directory_size(path: str, file: BinaryIO, limits: Limits) -> None:
    """Refuse a directory that cannot belong to so few parts, before it is read into memory."""
    size = file.seek(0, 2)
    start = max(0, size - _END_BYTES - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or end + _END_BYTES > len(tail):
        raise LedgerRefusedError([BrokenArchiveError(path, what="The workbook is cut off: its directory is missing.")])
    (length,) = struct.unpack_from("<I", tail, end + 12)
    locator = tail[max(0, end - _LOCATOR_BYTES) : end]
    if locator.startswith(_LOCATOR):
        (offset,) = struct.unpack_from("<Q", locator, 8)
        file.seek(min(offset, size))
        record = file.read(48)
        if not record.startswith(_END_64) or len(record) < 48:  # noqa: PLR2004 - up to the length of the directory
            raise LedgerRefusedError([BrokenArchiveError(path)])
        (length,) = struct.unpack_from("<Q", record, 40)
    elif length == _NO_NUMBER:
        raise LedgerRefusedError([BrokenArchiveError(path)])
    # Names take some bytes too; a directory of honest parts has some 70 bytes for each.
    if length // _ENTRY_BYTES > 8 * limits.zip_members:
        raise LedgerRefusedError([TooManyPartsError(path, length // _ENTRY_BYTES, limits.zip_members)])
    file.seek(0)


def _check_members(
    path: str, members: list[ZipInfo], directory: int, limits: Limits, names: Mapping[str, ZipInfo]
) -> None:
    if len(members) > limits.zip_members:
        raise LedgerRefusedError([TooManyPartsError(path, len(members), limits.zip_members)])
    _check_kind(path, names)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise LedgerRefusedError([ProtectedWorkbookError(path)])
    if len({_folded(member.filename) for member in members}) < len(members):
        raise LedgerRefusedError([OverlappingPartsError(path)])
    placed = sorted(members, key=lambda member: member.header_offset)
    ends = [_least_end(member) for member in placed]
    starts = [member.header_offset for member in placed] + [directory]
    if any(end > start for end, start in zip(ends, starts[1:], strict=True)):
        raise LedgerRefusedError([OverlappingPartsError(path)])
    for member in members:
        if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise LedgerRefusedError([BrokenArchiveError(f"{path} {member.filename}")])
        _check_size(path, member.filename, member.file_size, member.compress_size, limits)
    _check_total(path, sum(member.file_size for member in members), limits)


def _least_end(member: ZipInfo) -> int:
    """Where a part ends at the earliest."""
    return member.header_offset + _LOCAL_BYTES + len(member.filename) + member.compress_size


def _check_size(path: str, name: str, size: int, packed: int, limits: Limits) -> None:
    where = f"{path} {name}"
    if size > limits.zip_member_bytes:
        raise LedgerRefusedError([LargePartError(where, size, limits.zip_member_bytes)])
    if size > _SMALL_PART and size > limits.zip_ratio * packed:
        raise LedgerRefusedError([HighRatioError(where, -(-size // max(packed, 1)), limits.zip_ratio)])


def _check_total(path: str, size: int, limits: Limits) -> None:
    if size > limits.zip_total_bytes:
        raise LedgerRefusedError([LargeWorkbookError(path, size, limits.zip_total_bytes)])


def _check_kind(path: str, names: Mapping[str, ZipInfo]) -> None:
    if CONTENT_TYPES in names:
        if any(name.endswith("workbook.bin") for name in names):
            raise LedgerRefusedError([OtherWorkbookError(path, "XLSB")])
        return
    if "mimetype" in names and "content.xml" in names:
        raise LedgerRefusedError([OtherWorkbookError(path, "ODS")])
    raise LedgerRefusedError([NoWorkbookError(path)])
