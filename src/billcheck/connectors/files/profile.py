"""How the columns of one kind of export are read: the profile, as frozen values.

Comes in: the TOML files that ship beside this module, validated by `profile_shape`. Goes out: `Profile`s. A profile is
data: it names columns and words and holds no rules of its own. Must not know files that are being read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from billcheck.errors import Problem, UsageError
from billcheck.grammar import AmountMarks, DateFormats, DateOrder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from billcheck.connectors.files.reports.shape import ReportShape
    from billcheck.ledger.line import DocumentStatus, Kind


XML_NAMES = frozenset({"ubl", "cii"})
"""What reports call the two syntaxes of electronic invoices, which no profile reads."""
_XML_ADVICE = "Electronic invoices are read without a profile, whatever is named for other files: leave it out."


class UnknownProfileError(Problem):
    """There is no profile of this name."""


class UnknownVariantError(Problem):
    """The profile has no variant of this name."""


@dataclass(frozen=True, slots=True)
class Values:
    """How values are written.

    Of several `encodings` the first in which the whole file is text counts. `date_order` None asks the file for proof,
    where `dates` leave the order open. `is_minor` reads amounts and prices as whole cents. `has_tax` takes the tax of
    each line off its amount; an empty tax refuses the row, unless `is_empty_tax_zero`. `has_exclusive_end` reads the
    last day of a period as the day after it.
    """

    encodings: tuple[str, ...] = ("utf-8",)
    date_order: DateOrder | None = None
    dates: DateFormats = field(default_factory=DateFormats)
    marks: AmountMarks = field(default_factory=AmountMarks)
    is_minor: bool = False
    has_tax: bool = False
    is_empty_tax_zero: bool = False
    has_exclusive_end: bool = False


class CreditSign(Enum):
    """How the amounts of credit notes are written; `EITHER` goes by what each of them adds up to."""

    EITHER = "either"
    POSITIVE = "positive"
    NEGATIVE = "negative"


Headings = tuple[str, ...]
"""The spellings of one heading; the first that a file has counts."""


@dataclass(frozen=True, slots=True)
class Control:
    """Columns that repeat a document's own totals on each of its rows, by which its lines must add up.

    `total` includes tax, `tax_total` is the tax in it, `tax` the tax of one line. From them follows whether the amounts
    of a document include tax: no column says so.
    """

    total: Headings
    tax_total: Headings
    tax: Headings


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of export.

    `columns` gives the headings of each field of a `Line`: several where their texts are joined; `constants` what is
    the same on every row. `kinds` and `statuses` hold the accepted words, folded; `default_kind` and `default_status`
    count where the column is absent or the cell empty, None refuses. `document_limit` is how many documents the program
    exports at once, 0 where there is no limit; `limits` are sentences on what else its export leaves out.

    `zero` are columns that must be empty or zero, since the profile does not know what else they mean for the amount.
    `has_titles` allows rows above the headings. Rows whose `fill_down` columns are all empty belong to the row above.
    `sheet` is the number, from 1, or the name of the sheet of a workbook, None the only one that fits. `report` is how
    a report is laid out, None where rows simply follow their heading.
    """

    id: str
    title: str
    evidence: str
    required: tuple[Headings, ...]
    columns: Mapping[str, tuple[Headings, ...]]
    kinds: Mapping[str, Kind]
    statuses: Mapping[str, DocumentStatus]
    default_kind: Kind | None
    default_status: DocumentStatus | None
    values: Values
    constants: Mapping[str, str] = field(default_factory=dict)
    delimiter: bytes | None = None
    has_titles: bool = True
    sheet: int | str | None = None
    fill_down: tuple[Headings, ...] = ()
    limits: tuple[str, ...] = ()
    document_limit: int = 0
    is_empty_amount_zero: bool = False
    control: Control | None = None
    report: ReportShape | None = None
    credit_sign: CreditSign = CreditSign.EITHER
    zero: tuple[Headings, ...] = ()
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def joins(self) -> Mapping[str, tuple[Headings, ...]]:
        """The fields whose text is put together from several columns, by field."""
        return {name: headings for name, headings in self.columns.items() if len(headings) > 1 and name != "tracking"}

    @property
    def is_flat(self) -> bool:
        """Whether every row stands alone and every field is one column, so that a file is read as it stands."""
        return not self.fill_down and not self.joins and self.report is None

    def with_variant(self, name: str) -> Profile:
        """The profile with one of its variants in force, named ``profile:variant``."""
        changes = self.variants[name]
        values = self.values
        if "encoding" in changes:
            values = replace(values, encodings=(changes["encoding"],))
        if "date_order" in changes:
            values = replace(values, date_order=DateOrder[changes["date_order"].upper()])
        if "decimal" in changes:
            values = replace(values, marks=replace(values.marks, decimal=changes["decimal"], group=changes["group"]))
        if "amounts" in changes:
            values = replace(values, has_tax=changes["amounts"] == "including_tax")
        report = self.report
        if report is not None and changes.get("basis") == "any":
            report = replace(report, needs_accrual=False)
        return replace(self, id=f"{self.id}:{name}", values=values, report=report)


def fold_word(word: str) -> str:
    """The spelling of a kind or status to compare: lower case, one space between words, no hyphens or underscores."""
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())


@lru_cache(maxsize=1)
def shipped_profiles() -> tuple[Profile, ...]:
    """Every profile of the package, sorted by id."""
    from billcheck.connectors.files.profile_shape import (  # noqa: PLC0415 - pydantic loads when a profile is read
        profile_of,
    )

    folder = resources.files(__package__).joinpath("profiles")
    texts = [entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(map(profile_of, texts), key=lambda profile: profile.id))


def find_profile(name: str, own: Iterable[Profile] = ()) -> Profile:
    """The profile of this name, its variants in force (``xero.sales-invoices:day-first``).

    Args:
        name: Its id, and the variants after colons.
        own: The user's, beside those that ship.

    Raises:
        UsageError: There is no such profile or variant.
    """
    identifier, *variants = name.split(":")
    profiles = {profile.id: profile for profile in (*shipped_profiles(), *own)}
    profile = profiles.get(identifier)
    if profile is None:
        advice = _XML_ADVICE if identifier in XML_NAMES else _suggestion(identifier, profiles)
        raise UsageError([UnknownProfileError("profile", identifier, remedy=advice)])
    for variant in variants:
        if variant not in profile.variants:
            advice = _suggestion(variant, profile.variants)
            raise UsageError([UnknownVariantError(f"profile {identifier}", variant, remedy=advice)])
        profile = profile.with_variant(variant)
    return profile


def _suggestion(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Known: {', '.join(sorted(known))}."
