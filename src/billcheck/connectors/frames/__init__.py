"""Data frames of pandas, polars or Arrow as ledgers.

Comes in: a frame, and which of its columns are which fields of the generic ledger. Goes out: a `Ledger` of one source,
read by the same scan as a file when a check asks for it. No library of frames is imported unless one of its frames is
given; only a stream of Arrow needs pyarrow. Must not know contracts or the engine.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

from billcheck.connectors.frames.columns import take_columns
from billcheck.errors import LedgerRefusedError, Problem, UsageError
from billcheck.ledger.source import Ledger
from billcheck.money import is_currency

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from billcheck.connectors.files.limits import Limits
    from billcheck.connectors.frames.columns import Columns

__all__ = ["read_frame"]

NEEDED = ("document", "issue_date", "customer", "amount", "currency")
"""The fields without which a line is none."""

_PROFILE = "generic"


class UnknownFieldError(Problem):
    """The ledger has no field of this name."""


class UnknownColumnError(Problem):
    """The frame has no column of this name."""


class SeveralColumnsError(Problem):
    """Several columns have this name, so it is open which one counts."""

    remedy = "Rename or drop one of them."


class MissingFieldsError(Problem):
    """Columns are missing without which lines cannot be read."""


class CurrencyTwiceError(Problem):
    """The currency is given, and the frame has a column for it."""

    remedy = "Leave one of them out."


class NoCurrencyError(Problem):
    """This is not a currency code of ISO 4217."""

    remedy = "Write three capitals, such as EUR."


class RoundingWordError(Problem):
    """This is no way to read money that is held as floating-point numbers."""

    remedy = 'Give float_money="round", or leave it out.'


class OtherProfileError(Problem):
    """Frames are read as the generic ledger, in one of its variants."""

    remedy = "Give generic:day-first, generic:month-first or generic:decimal-comma, or name the columns."


def read_frame(
    frame: object,
    columns: Mapping[str, Hashable] | None = None,
    *,
    currency: str | None = None,
    float_money: Literal["round"] | None = None,
    profile: str = _PROFILE,
    name: str = "frame",
    limits: Limits | None = None,
) -> Ledger:
    """The ledger in a data frame, read when a check asks for it; what is shown of it later is what was read then.

    Dates may be dates, times of a day (the day as written counts, in whatever zone) or texts; amounts decimals, whole
    numbers or texts. Texts are read as in a file. None, NaN, NaT and NA are empty cells. Rows count from 1.

    Args:
        frame: A data frame of pandas or polars, or whatever offers a stream of Arrow (tables and batches of pyarrow,
            relations of DuckDB), which needs the extra `arrow` and is read at once.
        columns: The column of each field of the generic ledger; only these are read. None reads the columns whose
            names are those of the fields, spelt as headings of files may be.
        currency: The currency of all lines, where no column says it.
        float_money: What happens to amounts that are floating-point numbers: None refuses the frame; "round" takes the
            shortest decimal that stands for the number (`repr`) and rounds it to the minor units of the line's
            currency, half away from zero; the notes of the report say how many amounts that changed. Unit prices, which
            stand on no document as an amount, keep up to ten decimals, as quantities always do.
        profile: How texts are written: `generic`, or a variant such as `generic:day-first`.
        name: What messages and reports call the frame.
        limits: What it may hold at most: rows, bytes of a field, rows of a document, refused rows. None lets it have
            any number of rows, since it has found its place in memory already, and else what a file may have.

    Raises:
        UsageError: An argument makes no sense, or names a column or a field that is not there.
        LedgerRefusedError: A column that is needed is missing. At the scan: the frame is empty, or holds values that
            no cell of a ledger can hold, each named with its row and column.
        MissingPackageError: The frame is a stream of Arrow, and pyarrow is not installed.
    """
    from billcheck.connectors.files.profile import find_profile  # noqa: PLC0415 - loads when a profile is read
    from billcheck.connectors.files.source import StreamSource  # noqa: PLC0415 - likewise
    from billcheck.connectors.frames.opening import FrameOpener  # noqa: PLC0415 - likewise

    if profile.partition(":")[0] != _PROFILE:
        raise UsageError([OtherProfileError("profile", profile)])
    if float_money not in {None, "round"}:
        raise UsageError([RoundingWordError("float_money", str(float_money))])
    read_by = find_profile(profile)
    taken = take_columns(frame, name)
    places = _places(taken, name, columns, tuple(read_by.columns))
    _refuse_currency(currency, has_column="currency" in places)
    missing = [field for field in NEEDED if field not in places and not (field == "currency" and currency)]
    if missing:
        raise LedgerRefusedError([_missing(taken, name, missing, is_mapped=columns is not None)])
    opener = FrameOpener(name, taken, places, currency, read_by, is_rounding=float_money is not None, limits=limits)
    return Ledger((StreamSource(opener),))


def _places(
    taken: Columns, name: str, columns: Mapping[str, Hashable] | None, fields: tuple[str, ...]
) -> dict[str, int]:
    """The position of the column of each field."""
    if columns is None:
        return _places_by_name(taken, name, fields)
    problems: list[Problem] = []
    places: dict[str, int] = {}
    for field, label in columns.items():
        found = [position for position, known in enumerate(taken.labels) if known == label]
        if field not in fields:
            remedy = f"{_suggestion(field, fields)}The fields are {', '.join(fields)}."
            problems.append(UnknownFieldError("columns", str(field), remedy=remedy))
        elif not found:
            remedy = f"{_suggestion(str(label), map(str, taken.labels))}Its columns are {_listed(taken.labels)}."
            problems.append(UnknownColumnError(f'{name} columns["{field}"]', str(label), remedy=remedy))
        elif len(found) > 1:
            problems.append(SeveralColumnsError(f'{name} columns["{field}"]', str(label)))
        else:
            places[field] = found[0]
    if problems:
        raise UsageError(problems)
    return places


def _places_by_name(taken: Columns, name: str, fields: tuple[str, ...]) -> dict[str, int]:
    from billcheck.connectors.files.heading import fold_heading  # noqa: PLC0415 - loads with the profiles

    folded = {fold_heading(field): field for field in fields}
    found: dict[str, list[int]] = {}
    for position, label in enumerate(taken.labels):
        field = folded.get(fold_heading(label)) if isinstance(label, str) else None
        if field is not None:
            found.setdefault(field, []).append(position)
    doubled = [field for field, positions in found.items() if len(positions) > 1]
    if doubled:
        raise LedgerRefusedError([SeveralColumnsError(name, field) for field in doubled])
    return {field: positions[0] for field, positions in found.items()}


def _refuse_currency(currency: str | None, *, has_column: bool) -> None:
    if currency is None:
        return
    if not is_currency(currency):
        raise UsageError([NoCurrencyError("currency", currency)])
    if has_column:
        raise UsageError([CurrencyTwiceError("currency", currency)])


def _missing(taken: Columns, name: str, missing: list[str], *, is_mapped: bool) -> Problem:
    them = "them" if len(missing) > 1 else "it"
    said = [
        f"Name {them} in columns" if is_mapped else f"Rename columns, or name {them} with columns={{field: column}}"
    ]
    if "currency" in missing:
        said.append('give currency="EUR" if all lines are in one')
    what = f"The frame has no {_listed(missing)}."
    return MissingFieldsError(name, _listed(taken.labels), what=what, remedy=f"{'; '.join(said)}.")


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]}? " if close else ""


def _listed(labels: Iterable[object]) -> str:
    return ", ".join(map(str, labels))[:200]
