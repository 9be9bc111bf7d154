"""A file as a stream of UTF-8 bytes, whatever it is written in.

Comes in: a path and, for other encodings, their declared names. Goes out: blocks of UTF-8 bytes, slices of that stream,
and marks by which a later reading can tell whether the file is still the same. A position is an offset in the stream,
which for UTF-8 files is the offset in the file itself. Must not know delimiters, profiles or what the text says.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.connectors.files.limits import BLOCK_BYTES
from billcheck.connectors.files.stream import NO_FACTS, Facts, Fingerprint
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from billcheck.connectors.files.cells import Unreadable
    from billcheck.connectors.files.stream import Digest


UTF8 = "utf-8"
_UMLAUT = "\N{LATIN SMALL LETTER A WITH DIAERESIS}"
_MARKS = {codecs.BOM_UTF8: UTF8, codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class CannotReadError(Problem):
    """The file cannot be opened."""

    remedy = "Check the path and who may read it."


class UndecodableError(Problem):
    """The file is not text in the encoding it should have."""

    remedy = "Save it as CSV in UTF-8, or name the encoding with a variant of the profile, such as generic:cp1252."


@dataclass(frozen=True, slots=True)
class TextFile:
    """One file to read as text.

    `path` is how messages name it, `location` where it is. `has_old_line_ends` is set where carriage returns
    alone end the lines.
    """

    path: str
    location: str
    encoding: str = UTF8
    has_old_line_ends: bool = False
    facts: Facts = NO_FACTS

    @classmethod
    def recognise(cls, path: str, location: str, declared: Sequence[str] = (UTF8,)) -> TextFile:
        """The file with its byte order mark and line ends looked at.

        Args:
            path: How messages name it.
            location: Where it is.
            declared: Its encoding. Of several the first counts in which the whole file is text. A byte order mark says
                more than any of them, and so do letters beyond ASCII that all are UTF-8: in an encoding with one byte
                for each letter nobody writes so.

        Raises:
            LedgerRefusedError: It cannot be opened, is a workbook, or is not text in any of several encodings.
        """
        with _open(path, location) as file:
            head = file.read(BLOCK_BYTES)
        encoding = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
        if not encoding:
            encoding = declared[0] if len(declared) == 1 else _first_fitting(path, location, declared)
            if _has_a_byte_for_each_letter(encoding) and _is_plainly_utf8(path, location):
                encoding = UTF8
        has_old_line_ends = b"\r" in head and b"\n" not in head
        facts = NO_FACTS
        if encoding != declared[0]:
            facts = Facts(notes=(f"The file is read as {encoding}, not as {declared[0]}.",))
        return cls(path, location, encoding, has_old_line_ends, facts)

    @property
    def is_stored_as_read(self) -> bool:
        """Whether an offset in the stream is the offset in the file."""
        return self.encoding == UTF8

    @property
    def is_divisible(self) -> bool:
        """Whether parts of the file can be read side by side."""
        return self.is_stored_as_read and not self.has_old_line_ends

    @property
    def unreadable(self) -> Mapping[int, Mapping[int, Unreadable]]:
        """Cells without a sure value: a text file has none."""
        return {}

    @staticmethod
    def row_of(line: int) -> int:
        """The row of the file that a line of the stream is: the same."""
        return line

    def fingerprint(self) -> Fingerprint:
        """Size and time of change now.

        Raises:
            LedgerRefusedError: The file is gone.
        """
        return fingerprint_of(self.path, self.location)

    def blocks(self, start: int = 0, digest: Digest | None = None) -> Iterator[bytes]:
        """The stream from `start`, a block at a time.

        Args:
            start: Offset of the first byte wanted.
            digest: Takes in every byte of the file as stored; only meaningful from the start.

        Raises:
            LedgerRefusedError: The file cannot be opened, or is not text in its encoding.
        """
        with _open(self.path, self.location) as file:
            if self.is_stored_as_read:
                file.seek(start)
                yield from self._translated(_raw_blocks(file, digest))
            else:
                yield from skip_bytes(start, self._translated(self._decoded(_raw_blocks(file, digest))))

    def digest(self) -> str:
        """The SHA-256 of the file as stored, in hexadecimal.

        Raises:
            LedgerRefusedError: The file cannot be opened.
        """
        digest = hashlib.sha256()
        for block in self.stored():
            digest.update(block)
        return digest.hexdigest()

    def stored(self) -> Iterator[bytes]:
        """The bytes of the file as stored.

        Raises:
            LedgerRefusedError: The file cannot be opened.
        """
        with _open(self.path, self.location) as file:
            yield from _raw_blocks(file, None)

    def lines(self) -> Iterator[str]:
        """The decoded text, a line at a time, line ends included and a byte order mark left out.

        Raises:
            LedgerRefusedError: The file cannot be opened, or is not text in its encoding.
        """
        for number, line in enumerate(self._raw_lines(), start=1):
            try:
                yield line.decode(UTF8)
            except UnicodeDecodeError as error:
                problem = UndecodableError(f"{self.path} row {number}", what="The file is not text in utf-8.")
                raise LedgerRefusedError([problem]) from error

    def _raw_lines(self) -> Iterator[bytes]:
        rest = b""
        blocks = self.blocks()
        first = next(blocks, b"").removeprefix(codecs.BOM_UTF8)
        for block in chain([first], blocks):
            *whole, rest = (rest + block).split(b"\n")
            yield from (line + b"\n" for line in whole)
        if rest:
            yield rest

    def slices(self, spans: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """The bytes of each span (start, exclusive end); spans are in order and do not overlap."""
        if not self.is_stored_as_read:
            yield from _cut(self.blocks(), spans)
            return
        with _open(self.path, self.location) as file:
            for start, end in spans:
                file.seek(start)
                data = file.read(end - start)
                yield data.replace(b"\r", b"\n") if self.has_old_line_ends else data

    def _translated(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        if self.has_old_line_ends:
            return (block.replace(b"\r", b"\n") for block in blocks)
        return blocks

    def _decoded(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        try:
            for block in blocks:
                yield decoder.decode(block).encode(UTF8)
            yield decoder.decode(b"", final=True).encode(UTF8)
        except UnicodeError as error:
            problem = UndecodableError(self.path, what=f"The file is not text in {self.encoding}.")
            raise LedgerRefusedError([problem]) from error


def _first_fitting(path: str, location: str, encodings: Sequence[str]) -> str:
    """The first of these encodings in which the whole file is text."""
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            with _open(path, location) as file:
                for block in _raw_blocks(file, None):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        return encoding
    names = ", nor in ".join(encodings)
    raise LedgerRefusedError([UndecodableError(path, what=f"The file is not text in {names}.")])


def _has_a_byte_for_each_letter(encoding: str) -> bool:
    """Whether the bytes of one letter in UTF-8 are two letters in this encoding, or none."""
    return len(_UMLAUT.encode(UTF8).decode(encoding, "replace")) > 1 and encoding != UTF8


def _is_plainly_utf8(path: str, location: str) -> bool:
    """Whether the whole file is UTF-8, with letters beyond ASCII."""
    decoder = codecs.getincrementaldecoder(UTF8)("strict")
    has_letters = False
    try:
        with _open(path, location) as file:
            for block in _raw_blocks(file, None):
                decoder.decode(block)
                has_letters = has_letters or not block.isascii()
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return has_letters


@lru_cache(maxsize=64)
def _path_of(location: str) -> Path:
    """The path of a file that is asked for again and again: by each charge of which lines are read back."""
    return Path(location)


def fingerprint_of(path: str, location: str) -> Fingerprint:
    """Size and time of change of a file now.

    Raises:
        LedgerRefusedError: The file is gone.
    """
    try:
        found = _path_of(location).stat()
    except OSError as error:
        raise LedgerRefusedError([_cannot_read(path, error)]) from error
    return Fingerprint(found.st_size, found.st_mtime_ns)


def _open(path: str, location: str) -> BinaryIO:
    try:
        return Path(location).open("rb")
    except OSError as error:
        raise LedgerRefusedError([_cannot_read(path, error)]) from error


def _cannot_read(path: str, error: OSError) -> CannotReadError:
    return CannotReadError(path, what=f"The file cannot be opened: {error.strerror or type(error).__name__}.")


def _raw_blocks(file: BinaryIO, digest: Digest | None) -> Iterator[bytes]:
    take: Callable[[bytes], None] | None = None if digest is None else digest.update
    while block := file.read(BLOCK_BYTES):
        if take is not None:
            take(block)
        yield block


def skip_bytes(start: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks of a stream without its first `start` bytes."""
    for block in blocks:
        if start < len(block):
            yield block[start:] if start else block
        start = max(0, start - len(block))


def _cut(blocks: Iterator[bytes], spans: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """Spans cut out of a stream that can only be read forwards."""
    buffer, position = b"", 0
    for start, end in spans:
        while position + len(buffer) < end:
            block = next(blocks, None)
            if block is None:
                break
            keep = max(0, min(start - position, len(buffer)))
            buffer, position = buffer[keep:] + block, position + keep
        yield buffer[start - position : end - position]
