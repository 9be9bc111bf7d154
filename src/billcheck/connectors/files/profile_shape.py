"""The shape of a profile file, and its way into a `Profile`.

Comes in: the text of a TOML file. Goes out: a validated `Profile`; unknown keys are refused. Beside the section of
reports, this is the only module of the readers that loads pydantic. Must not know files that are being read.
"""

from __future__ import annotations

import tomllib
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from billcheck.connectors.files.profile import Control, CreditSign, Headings, Profile, Values, fold_word
from billcheck.connectors.files.reports.section import ReportSection  # noqa: TC001 - pydantic reads the annotation
from billcheck.grammar import AmountMarks, DateFormats, DateOrder, GrammarError, check_date_format
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.money import is_currency

FieldName = Literal[
    "document",
    "issue_date",
    "due_date",
    "customer",
    "customer_id",
    "description",
    "template",
    "item",
    "account",
    "tracking",
    "quantity",
    "unit_price",
    "amount",
    "tax",
    "total",
    "amount_due",
    "currency",
    "period_first_day",
    "period_last_day",
    "period_end",
    "contract",
    "charge",
    "reference",
    "credits_document",
]
_INDISPENSABLE: tuple[FieldName, ...] = ("document", "issue_date", "customer", "amount")
_CONSTANT = frozenset(
    {
        "customer",
        "customer_id",
        "template",
        "item",
        "account",
        "tracking",
        "currency",
        "contract",
        "charge",
        "reference",
    }
)
_JOINED = frozenset({"description", "tracking"})
_TRACKINGS = 2

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = tuple[Text, ...]
Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
Order = Literal["proved", "day_first", "month_first"]
DecimalMark = Literal[".", ","]
GroupMark = Literal["", ",", ".", " ", "'"]
NegativeForm = Literal["-", "trailing-", "()", "CR"]
Basis = Literal["excluding_tax", "including_tax"]
EmptyAmount = Literal["refused", "zero"]


def _check_format(text: str) -> str:
    try:
        check_date_format(text)
    except GrammarError as error:
        raise ValueError(error.reason) from error
    return text


DateFormat = Annotated[str, AfterValidator(_check_format)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnyShape(_Shape):
    """A heading that is spelt in several ways."""

    any: Words = Field(min_length=1)


class ConstShape(_Shape):
    """A value that no column has: it is the same on every row."""

    const: Text


Heading = Text | AnyShape


class IdentifyShape(_Shape):
    """By which headings a file is recognised."""

    required: tuple[Text | Annotated[Words, Field(min_length=1)], ...] = Field(min_length=1)


class FileShape(_Shape):
    """How the file is written."""

    encoding: Encoding | tuple[Literal["utf-8"], Encoding] = "utf-8"
    delimiter: Literal[",", ";", "\t"] | None = None
    header_row: Literal["auto", "first"] = "auto"
    sheet: Annotated[int, Field(ge=1)] | Text | None = None
    document_limit: int = Field(default=0, ge=0)


class ValuesShape(_Shape):
    """How values are written."""

    date_order: Order = "proved"
    date_formats: tuple[DateFormat, ...] = ()
    decimal: DecimalMark = "."
    group: GroupMark = ","
    negative: tuple[NegativeForm, ...] = ("-",)
    missing: Words = ()
    empty_amount: EmptyAmount = "refused"
    empty_tax: EmptyAmount = "refused"
    zero: tuple[Heading, ...] = ()
    minor_units: bool = False
    amounts: Basis = "excluding_tax"

    @property
    def order(self) -> DateOrder | None:
        """The order of day and month; None where the file has to prove it."""
        declared = DateFormats(self.date_formats).order
        return declared if self.date_order == "proved" else DateOrder[self.date_order.upper()]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.decimal == self.group:
            message = "decimal and group must differ"
            raise ValueError(message)
        if DateFormats(self.date_formats).order not in {None, self.order}:
            message = f"date_order {self.date_order} contradicts date_formats"
            raise ValueError(message)
        return self


class KindShape(_Shape):
    """Which words say what a document is."""

    column: Heading | None = None
    default: Literal["invoice", "credit_note", "other"] | None = None
    invoice: Words = ()
    credit_note: Words = ()
    other: Words = ()


class StatusShape(_Shape):
    """Which words say how far a document got."""

    column: Heading | None = None
    default: Literal["approved", "draft", "void"] | None = None
    approved: Words = ()
    draft: Words = ()
    void: Words = ()


class SignShape(_Shape):
    """How amounts show what they do."""

    credit_amounts: Literal["either", "positive", "negative"] = "either"


class ControlShape(_Shape):
    """Which columns repeat the totals of the document."""

    total: Heading
    tax_total: Heading
    tax: Heading


class FillDownShape(_Shape):
    """Which columns are filled in on the first row of a document only."""

    columns: tuple[Heading, ...] = Field(min_length=1)


class VariantShape(_Shape):
    """What a variant of the profile reads differently."""

    encoding: Encoding | None = None
    date_order: Literal["day_first", "month_first"] | None = None
    decimal: DecimalMark | None = None
    group: GroupMark | None = None
    basis: Literal["any"] | None = None
    amounts: Basis | None = None

    @model_validator(mode="after")
    def _has_both_marks(self) -> Self:
        if (self.decimal is None) != (self.group is None):
            message = "decimal and group are given together"
            raise ValueError(message)
        return self


class ProfileShape(_Shape):
    """A whole profile file."""

    schema_version: Literal[1] = Field(alias="schema")
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]
    title: Text
    evidence: Literal["real file", "documented"]
    limits: Words = ()
    identify: IdentifyShape
    file: FileShape = FileShape()
    values: ValuesShape = ValuesShape()
    columns: dict[FieldName, Heading | ConstShape | tuple[Heading, ...]]
    kind: KindShape
    status: StatusShape
    sign: SignShape = SignShape()
    fill_down: FillDownShape | None = None
    control: ControlShape | None = None
    report: ReportSection | None = None
    variants: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")], VariantShape] = {}

    @model_validator(mode="after")
    def _has_indispensable_columns(self) -> Self:
        missing = [name for name in _INDISPENSABLE if name not in self.columns]
        if missing:
            message = f"columns lack {', '.join(missing)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _has_values_where_they_can_be(self) -> Self:
        for name, value in self.columns.items():
            if isinstance(value, ConstShape) and name not in _CONSTANT:
                message = f"{name} differs from row to row and cannot be a const"
                raise ValueError(message)
            if isinstance(value, tuple) and (name not in _JOINED or not value):
                message = f"only {' and '.join(sorted(_JOINED))} may have several columns, not {name}"
                raise ValueError(message)
            if isinstance(value, tuple) and name == "tracking" and len(value) > _TRACKINGS:
                message = f"tracking has at most {_TRACKINGS} columns"
                raise ValueError(message)
        currency = self.columns.get("currency")
        if isinstance(currency, ConstShape) and not is_currency(currency.const):
            message = f"{currency.const} is no currency of ISO 4217"
            raise ValueError(message)
        if any(shape.column is None and shape.default is None for shape in (self.kind, self.status)):
            message = "kind and status each need a column or a default"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        if {"period_last_day", "period_end"} <= self.columns.keys():
            message = "period_last_day and period_end are the same day said in two ways; give one"
            raise ValueError(message)
        if self.control and (self.values.amounts == "including_tax" or self.sign.credit_amounts != "either"):
            message = "control shows tax and sign of amounts by itself; leave values.amounts and sign out"
            raise ValueError(message)
        return self


def profile_of(text: str) -> Profile:
    """The profile in a TOML text.

    Raises:
        tomllib.TOMLDecodeError: The text is not TOML.
        pydantic.ValidationError: It does not have the shape of a profile.
    """
    shape = ProfileShape.model_validate(tomllib.loads(text))
    kind, status, values = shape.kind, shape.status, shape.values
    columns: dict[str, tuple[Headings, ...]] = {
        name: _several(value) for name, value in shape.columns.items() if not isinstance(value, ConstShape)
    }
    has_exclusive_end = "period_end" in columns
    if has_exclusive_end:
        columns["period_last_day"] = columns.pop("period_end")
    columns |= {
        name: (_spellings(column),)
        for name, column in (("kind", kind.column), ("status", status.column))
        if column is not None
    }
    control = None
    if shape.control is not None:
        control = Control(*map(_spellings, (shape.control.total, shape.control.tax_total, shape.control.tax)))
    words_of_kind = ((Kind.INVOICE, kind.invoice), (Kind.CREDIT_NOTE, kind.credit_note), (Kind.OTHER, kind.other))
    words_of_status = (
        (DocumentStatus.APPROVED, status.approved),
        (DocumentStatus.DRAFT, status.draft),
        (DocumentStatus.VOID, status.void),
    )
    return Profile(
        id=shape.id,
        title=shape.title,
        evidence=shape.evidence,
        required=tuple((name,) if isinstance(name, str) else name for name in shape.identify.required),
        columns=MappingProxyType(columns),
        kinds=MappingProxyType({fold_word(word): meaning for meaning, words in words_of_kind for word in words}),
        statuses=MappingProxyType({fold_word(word): meaning for meaning, words in words_of_status for word in words}),
        default_kind=None if kind.default is None else Kind[kind.default.upper()],
        default_status=None if status.default is None else DocumentStatus[status.default.upper()],
        values=Values(
            encodings=(shape.file.encoding,) if isinstance(shape.file.encoding, str) else shape.file.encoding,
            date_order=values.order,
            dates=DateFormats(values.date_formats),
            marks=AmountMarks(values.decimal, values.group, values.negative, values.missing),
            is_minor=values.minor_units,
            has_tax=values.amounts == "including_tax",
            is_empty_tax_zero=values.empty_tax == "zero",
            has_exclusive_end=has_exclusive_end,
        ),
        constants=MappingProxyType(
            {name: value.const for name, value in shape.columns.items() if isinstance(value, ConstShape)}
        ),
        delimiter=None if shape.file.delimiter is None else shape.file.delimiter.encode(),
        has_titles=shape.file.header_row == "auto",
        sheet=shape.file.sheet,
        fill_down=tuple(map(_spellings, shape.fill_down.columns)) if shape.fill_down else (),
        limits=shape.limits,
        document_limit=shape.file.document_limit,
        is_empty_amount_zero=values.empty_amount == "zero",
        control=control,
        report=shape.report.shape() if shape.report else None,
        zero=tuple(map(_spellings, values.zero)),
        credit_sign=CreditSign(shape.sign.credit_amounts),
        variants=MappingProxyType(
            {name: MappingProxyType(variant.model_dump(exclude_none=True)) for name, variant in shape.variants.items()}
        ),
    )


def _spellings(heading: str | AnyShape) -> Headings:
    return (heading,) if isinstance(heading, str) else heading.any


def _several(value: str | AnyShape | tuple[str | AnyShape, ...]) -> tuple[Headings, ...]:
    return tuple(map(_spellings, value)) if isinstance(value, tuple) else (_spellings(value),)
