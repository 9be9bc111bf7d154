"""Which profile a file has, by its heading row.

Comes in: the heading row, in every way it may be cut, and profiles. Goes out: a `Layout`, the columns of each field in
this very file. The set of headings decides, never the file's name; case, spaces, underscores, a leading ``*`` and a
byte order mark are forgiven, other columns and any order allowed. Must not know rows.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from billcheck.connectors.files.limits import COLUMNS, DEFAULT_LIMITS, LimitProblem
from billcheck.connectors.files.text import UndecodableError
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from billcheck.connectors.files.limits import Limits
    from billcheck.connectors.files.profile import Profile

DELIMITERS = (b",", b";", b"\t")
ZERO = "zero:"
"""How the fields of columns begin that must be empty or zero."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EmptyFileError(Problem):
    """The file is empty."""

    remedy = "Export it again; an empty ledger would look as if nothing had been billed."


class BrokenHeadingError(Problem):
    """The heading row cannot be read."""

    remedy = "The first row must name the columns; check its quotes."


class TooManyColumnsError(LimitProblem):
    """The file has more columns than any export that is read."""

    limit = "columns"


class UnknownHeadingsError(Problem):
    """No profile knows these headings."""


class MissingColumnsError(Problem):
    """Columns are missing that the profile needs."""

    remedy = "Export the file with them, or choose another profile."


class SeveralProfilesError(Problem):
    """The headings fit several profiles equally well."""

    remedy = "Name the profile."


class NoCurrencyError(Problem):
    """The file does not say in which currency its amounts are, and nobody has said it."""

    remedy = 'Say which with --currency EUR or read_ledger(..., currency="EUR"), or add a column that names it.'


class ContraryCurrencyError(Problem):
    """The profile reads every amount in another currency than the one that was given."""

    remedy = "Leave the currency out, or read the file with another profile."


class NoTaxColumnError(Problem):
    """The amounts of this export include tax, and no column says how much, so it cannot be taken off."""

    remedy = "Export the file with a column of tax, or a report without tax (in QuickBooks, Sales by Customer Detail)."


class DuplicateHeadingError(Problem):
    """Two columns have the same heading, so it is open which one counts."""

    remedy = "Rename or remove one of them."


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a profile stand in one file.

    `fields` gives the column of each field the file has, from 0; a second tracking column is ``tracking:2``, those of
    the profile's control are ``control:total``, ``control:tax_total`` and ``control:tax``, those that must be zero
    ``zero:1`` and so on. `headings` spells every column as the file does. Rows of data begin at `start`, on line
    `first_line`. `constants` are the raw cells of fields without a column, the same on every row.
    `limits` are what the file may hold.
    """

    profile: Profile
    delimiter: bytes
    headings: tuple[str, ...]
    fields: Mapping[str, int]
    start: int
    first_line: int
    constants: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = DEFAULT_LIMITS

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.headings)

    def heading_of(self, field: str) -> str:
        """How the file spells the heading of a field, for messages."""
        column = self.fields.get(field)
        return field if column is None else self.headings[column]


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading row as one delimiter cuts it: on row `row`, up to offset `end`; data begins on line `next_line`."""

    delimiter: bytes
    cells: tuple[str, ...]
    row: int
    end: int
    next_line: int

    @property
    def columns(self) -> dict[str, list[int]]:
        """Folded headings and where they stand."""
        found: dict[str, list[int]] = {}
        for index, cell in enumerate(self.cells):
            found.setdefault(fold_heading(cell), []).append(index)
        return found

    def places_of(self, spellings: Iterable[str]) -> list[int]:
        """Where a heading stands, in the first of its spellings that is there; empty where none is."""
        columns = self.columns
        return next((columns[name] for name in map(fold_heading, spellings) if name in columns), [])


def fold_heading(heading: str) -> str:
    """The spelling of a heading to compare: no case, spaces, underscores or leading ``*``."""
    return "".join(heading.casefold().replace("_", "").split()).lstrip("*")


def choose_profile(
    path: str, headings: Sequence[Heading], profiles: Sequence[Profile]
) -> tuple[Profile, Heading] | None:
    """The profile that fits one of these headings, the one that requires most; None where none fits.

    Args:
        path: How messages name the file.
        headings: The heading row, in every way it may be cut.
        profiles: Those that may fit.

    Raises:
        LedgerRefusedError: Several profiles fit equally well.
    """
    fitting = [
        (profile, heading)
        for heading in headings
        for profile in profiles
        if profile.delimiter in {None, heading.delimiter} and not _missing(profile, heading)
    ]
    if not fitting:
        return None
    most = max(len(profile.required) for profile, _ in fitting)
    best = [(profile, heading) for profile, heading in fitting if len(profile.required) == most]
    if len(best) > 1:
        names = ", ".join(sorted(profile.id for profile, _ in best))
        raise LedgerRefusedError([SeveralProfilesError(f"{path} row {headings[0].row}", names)])
    return best[0]


def headings_of(path: str, head: bytes, most: int = COLUMNS) -> list[Heading]:
    """The heading row as each delimiter cuts it; a delimiter that leaves one cell is no candidate, unless all do.

    Args:
        path: How messages name the file.
        head: The first bytes of the file.
        most: How many columns there may be.

    Raises:
        LedgerRefusedError: They hold no heading.
    """
    blank = len(head) - len(head.removeprefix(_BYTE_ORDER_MARK).lstrip(b"\r\n"))
    if len(head) == blank:
        raise LedgerRefusedError([EmptyFileError(path)])
    body, line = head[blank:], 1 + head.count(b"\n", 0, blank)
    if b"\0" in body.splitlines()[0]:
        raise LedgerRefusedError(
            [UndecodableError(f"{path} row {line}", what="The file holds bytes that are no text.")]
        )
    found = [heading for heading in (_read_heading(path, body, blank, line, mark) for mark in DELIMITERS) if heading]
    if not found:
        raise LedgerRefusedError([BrokenHeadingError(f"{path} row {line}", _shown(body))])
    several = [heading for heading in found if len(heading.cells) > 1]
    for heading in several:
        if len(heading.cells) > most:
            raise LedgerRefusedError([TooManyColumnsError(f"{path} row {line}", len(heading.cells), most)])
    return several or found[:1]


def _read_heading(path: str, body: bytes, skipped: int, line: int, delimiter: bytes) -> Heading | None:
    lines = body.splitlines(keepends=True)
    reader = csv.reader((text.decode("latin-1") for text in lines), delimiter=delimiter.decode(), strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return None
    end = sum(map(len, lines[: reader.line_num]))
    try:
        names = tuple(cell.encode("latin-1").decode().strip() for cell in cells)
    except UnicodeDecodeError as error:
        raise LedgerRefusedError([UndecodableError(f"{path} row {line}", _shown(body))]) from error
    return Heading(delimiter, names, line, skipped + end, line + body.count(b"\n", 0, end))


def _shown(body: bytes) -> str:
    return body[:60].splitlines()[0].decode("utf-8", "replace")


def _missing(profile: Profile, heading: Heading) -> list[str]:
    present = {fold_heading(cell) for cell in heading.cells}
    return [
        " or ".join(spellings) for spellings in profile.required if present.isdisjoint(map(fold_heading, spellings))
    ]


def describe_misfit(path: str, headings: Iterable[Heading], profiles: Iterable[Profile], *, is_named: bool) -> Problem:
    """What is missing for the profile that comes closest; ties go to the first by name.

    Args:
        path: How messages name the file.
        headings: The heading row, in every way it may be cut.
        profiles: Those that were tried.
        is_named: Whether the user named the profile.
    """
    pairs = [(_missing(profile, heading), profile, heading) for profile in profiles for heading in headings]
    missing, profile, heading = min(pairs, key=lambda pair: (len(pair[0]) / len(pair[1].required), pair[1].id))
    where = f"{path} row {heading.row}"
    shown = ", ".join(heading.cells)[:200]
    columns = ", ".join(missing)
    if is_named:
        return MissingColumnsError(where, shown, what=f"The profile {profile.id} needs the columns {columns}.")
    advice = f"The closest is {profile.id}; it needs {columns}. Rename the columns, or name another profile."
    return UnknownHeadingsError(where, shown, remedy=advice)


def place_fields(
    path: str, profile: Profile, heading: Heading, currency: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Layout:
    """The columns of a profile's fields under a heading that fits it.

    Args:
        path: How messages name the file.
        profile: What fits.
        heading: The heading row.
        currency: The currency of a file that names none.
        limits: What the file may hold.

    Raises:
        LedgerRefusedError: Two columns have the same heading, the currency is open, or the tax in amounts is.
    """
    wanted = {
        (name if number == 1 else f"{name}:{number}"): spellings
        for name, several in profile.columns.items()
        for number, spellings in enumerate(several, start=1)
    }
    if profile.control:
        control = profile.control
        wanted |= {
            "control:total": control.total,
            "control:tax_total": control.tax_total,
            "control:tax": control.tax,
        }
    wanted |= {f"{ZERO}{number}": spellings for number, spellings in enumerate(profile.zero, start=1)}
    places = {name: heading.places_of(spellings) for name, spellings in wanted.items()}
    doubled = sorted({tuple(place) for place in places.values() if len(place) > 1})
    where = f"{path} row {heading.row}"
    if doubled:
        raise LedgerRefusedError([DuplicateHeadingError(where, heading.cells[place[1]]) for place in doubled])
    fields = {name: place[0] for name, place in places.items() if place}
    if profile.values.has_tax and "tax" not in fields:
        advice = (
            f" If there is no tax in them, read it as {profile.id}:untaxed." if "untaxed" in profile.variants else ""
        )
        raise LedgerRefusedError([NoTaxColumnError(where, remedy=f"{NoTaxColumnError.remedy}{advice}")])
    constants = dict(profile.constants)
    if "currency" not in fields:
        constants["currency"] = _currency(where, profile, currency)
    return Layout(
        profile,
        heading.delimiter,
        heading.cells,
        fields,
        heading.end,
        heading.next_line,
        {name: _quoted(text) for name, text in constants.items()},
        limits,
    )


def _currency(where: str, profile: Profile, given: str | None) -> str:
    """The currency of a file without a column for it."""
    fixed = profile.constants.get("currency")
    if fixed and given and fixed != given:
        raise LedgerRefusedError(
            [ContraryCurrencyError(where, given, what=f"The profile reads every amount in {fixed}.")]
        )
    found = fixed or given
    if not found:
        raise LedgerRefusedError([NoCurrencyError(where)])
    return found


def _quoted(text: str) -> bytes:
    """A text as a raw cell."""
    return b'"' + text.replace('"', '""').encode() + b'"'
