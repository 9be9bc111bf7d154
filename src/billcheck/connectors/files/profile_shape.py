"""The shape of a profile file, and its way into a `Profile`.

Comes in: the text of a TOML file. Goes out: a validated `Profile`; unknown keys are refused. This is the only module of
the readers that loads pydantic. Must not know files that are being read.
"""

from __future__ import annotations

import tomllib
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from billcheck.connectors.files.profile import Control, Profile, Values, fold_word
from billcheck.grammar import AmountMarks, DateOrder
from billcheck.ledger.line import DocumentStatus, Kind

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
    "contract",
    "charge",
    "reference",
    "credits_document",
]
_INDISPENSABLE: tuple[FieldName, ...] = ("document", "issue_date", "customer", "amount", "currency")

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = tuple[Text, ...]
Encoding = Literal["utf-8", "cp1252", "latin-1"]
Order = Literal["proved", "day_first", "month_first"]
DecimalMark = Literal[".", ","]
GroupMark = Literal["", ",", ".", " ", "'"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IdentifyShape(_Shape):
    """By which headings a file is recognised."""

    required: Words = Field(min_length=1)


class FileShape(_Shape):
    """How the file is written."""

    encoding: Encoding = "utf-8"
    delimiter: Literal[",", ";", "\t"] | None = None
    document_limit: int = Field(default=0, ge=0)


class ValuesShape(_Shape):
    """How values are written."""

    date_order: Order = "proved"
    decimal: DecimalMark = "."
    group: GroupMark = ","
    empty_amount: Literal["refused", "zero"] = "refused"


class KindShape(_Shape):
    """Which words say what a document is."""

    column: Text
    default: Literal["invoice", "credit_note", "other"] | None = None
    invoice: Words = ()
    credit_note: Words = ()
    other: Words = ()


class StatusShape(_Shape):
    """Which words say how far a document got."""

    column: Text
    default: Literal["approved", "draft", "void"] | None = None
    approved: Words = ()
    draft: Words = ()
    void: Words = ()


class ControlShape(_Shape):
    """Which columns repeat the totals of the document."""

    total: Text
    tax_total: Text
    tax: Text


class VariantShape(_Shape):
    """What a variant of the profile reads differently."""

    encoding: Encoding | None = None
    date_order: Literal["day_first", "month_first"] | None = None
    decimal: DecimalMark | None = None
    group: GroupMark | None = None

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
    identify: IdentifyShape
    file: FileShape = FileShape()
    values: ValuesShape = ValuesShape()
    columns: dict[FieldName, Text | Words]
    kind: KindShape
    status: StatusShape
    control: ControlShape | None = None
    variants: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")], VariantShape] = {}

    @model_validator(mode="after")
    def _has_indispensable_columns(self) -> Self:
        missing = [name for name in _INDISPENSABLE if name not in self.columns]
        if missing:
            message = f"columns lack {', '.join(missing)}"
            raise ValueError(message)
        several = [name for name, heading in self.columns.items() if name != "tracking" and isinstance(heading, tuple)]
        if several:
            message = f"only tracking may have several columns, not {', '.join(several)}"
            raise ValueError(message)
        if self.values.decimal == self.values.group:
            message = "decimal and group must differ"
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
    columns: dict[str, tuple[str, ...]] = {
        name: (heading,) if isinstance(heading, str) else heading for name, heading in shape.columns.items()
    }
    columns |= {"kind": (kind.column,), "status": (status.column,)}
    control = None
    if shape.control is not None:
        control = Control(shape.control.total, shape.control.tax_total, shape.control.tax)
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
        required=shape.identify.required,
        columns=MappingProxyType(columns),
        kinds=MappingProxyType({fold_word(word): meaning for meaning, words in words_of_kind for word in words}),
        statuses=MappingProxyType({fold_word(word): meaning for meaning, words in words_of_status for word in words}),
        default_kind=None if kind.default is None else Kind[kind.default.upper()],
        default_status=None if status.default is None else DocumentStatus[status.default.upper()],
        values=Values(
            encoding=shape.file.encoding,
            date_order=None if values.date_order == "proved" else DateOrder[values.date_order.upper()],
            marks=AmountMarks(values.decimal, values.group),
        ),
        delimiter=None if shape.file.delimiter is None else shape.file.delimiter.encode(),
        document_limit=shape.file.document_limit,
        is_empty_amount_zero=values.empty_amount == "zero",
        control=control,
        variants=MappingProxyType(
            {name: MappingProxyType(variant.model_dump(exclude_none=True)) for name, variant in shape.variants.items()}
        ),
    )
