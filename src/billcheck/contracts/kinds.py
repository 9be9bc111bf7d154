"""The kinds of values that stand in files people write, and the table they stand in.

Comes in: values as TOML or JSON gave them. Goes out: types that pydantic holds them against, each marked with the kind
that decides how a wrong value is explained. Must not know which keys there are.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from billcheck.grammar import DECIMAL_DIGITS

WHOLE_DIGITS = 12
"""Digits before the point; a price times a quantity then still fits the arithmetic of decimals exactly."""
PLAIN_DECIMAL = rf"^[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]{{1,{DECIMAL_DIGITS}}})?$"
"""Amounts, quantities and percents: the plain decimals of `billcheck.grammar` without a sign, and not as long."""
SIGNED_DECIMAL = rf"^-?[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]{{1,{DECIMAL_DIGITS}}})?$"
"""Amounts that may be negative, such as those of findings."""
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DAY_OF_YEAR = (
    r"^(anniversary|(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))$"
)
YEAR_AND_MONTH = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"
TEXT = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f])?$"
"""At least one character, no space at either end, no line break or other control character."""


class Kind(Enum):
    """What may stand under a key; decides how a wrong value is explained."""

    DECIMAL = "decimal"
    SIGNED_DECIMAL = "signed_decimal"
    NUMBER = "number"
    AMOUNTS = "amounts"
    DAY = "day"
    TEXT = "text"
    TEXTS = "texts"
    DAYS = "days"
    MONTH = "month"
    MONTHS = "months"
    COUNT = "count"
    DIGITS = "digits"
    LIMIT = "limit"
    DAY_LIST = "day_list"
    DAY_OF_YEAR = "day_of_year"
    YEAR_AND_MONTH = "year_and_month"
    INDEX_VALUES = "index_values"
    DAY_OF_MONTH = "day_of_month"
    INVOICE_DAY = "invoice_day"
    CADENCE = "cadence"
    TWO_DAYS = "two_days"
    CHOICE = "choice"
    FLAG = "flag"
    TABLE = "table"
    TABLES = "tables"


PlainDecimal = Annotated[
    Annotated[str, Field(pattern=PLAIN_DECIMAL)] | Annotated[int, Field(ge=0, lt=10**WHOLE_DIGITS)], Kind.DECIMAL
]
SignedDecimal = Annotated[
    Annotated[str, Field(pattern=SIGNED_DECIMAL)] | Annotated[int, Field(gt=-(10**WHOLE_DIGITS), lt=10**WHOLE_DIGITS)],
    Kind.SIGNED_DECIMAL,
]
Number = Annotated[int, Field(ge=0, lt=10**6), Kind.NUMBER]
Amounts = Annotated[
    dict[
        Annotated[str, Field(pattern=r"^[A-Z]{3}$")],
        Annotated[str, Field(pattern=SIGNED_DECIMAL)]
        | Annotated[int, Field(gt=-(10**WHOLE_DIGITS), lt=10**WHOLE_DIGITS)],
    ],
    Kind.AMOUNTS,
]
Day = Annotated[Annotated[str, Field(pattern=ISO_DAY, json_schema_extra={"format": "date"})] | date, Kind.DAY]
PlainText = Annotated[str, Field(pattern=TEXT), Kind.TEXT]
Texts = Annotated[list[Annotated[str, Field(pattern=TEXT)]], Kind.TEXTS]
DayCount = Annotated[int, Field(ge=0, le=366), Kind.DAYS]
PeriodCount = Annotated[int, Field(ge=1, le=1200), Kind.COUNT]
Month = Annotated[int, Field(ge=1, le=12), Kind.MONTH]
MonthCount = Annotated[int, Field(ge=0, le=1200), Kind.MONTHS]
Limit = Annotated[int, Field(ge=1, lt=10**15), Kind.LIMIT]
DigitCount = Annotated[int, Field(ge=0, le=DECIMAL_DIGITS), Kind.DIGITS]
Days = Annotated[
    list[Annotated[str, Field(pattern=ISO_DAY, json_schema_extra={"format": "date"})] | date], Kind.DAY_LIST
]
DayOfYear = Annotated[str, Field(pattern=DAY_OF_YEAR), Kind.DAY_OF_YEAR]
YearAndMonth = Annotated[str, Field(pattern=YEAR_AND_MONTH), Kind.YEAR_AND_MONTH]
IndexValues = Annotated[
    dict[
        Annotated[str, Field(pattern=YEAR_AND_MONTH)],
        Annotated[str, Field(pattern=PLAIN_DECIMAL)] | Annotated[int, Field(ge=0, lt=10**WHOLE_DIGITS)],
    ],
    Kind.INDEX_VALUES,
]
DayOfMonth = Annotated[Annotated[int, Field(ge=1, le=31)] | Literal["last"], Kind.DAY_OF_MONTH]
DAYS_AFTER = r"^[0-9]{1,3} days? after$"
DueDay = Annotated[
    Annotated[int, Field(ge=1, le=31)]
    | Literal["period_start", "period_end"]
    | Annotated[str, Field(pattern=DAYS_AFTER)],
    Kind.INVOICE_DAY,
]
CADENCE = r"^(month|quarter|half_year|year|week|semi_month|[1-9][0-9]{0,3} (day|week|month|year)s?)$"
WrittenCadence = Annotated[Annotated[str, Field(pattern=CADENCE)], Kind.CADENCE]
TwoDays = Annotated[
    list[Annotated[int, Field(ge=1, le=31)] | Literal["last"]], Field(min_length=2, max_length=2), Kind.TWO_DAYS
]


class Shape(BaseModel):
    """A table with a closed set of keys and no conversions."""

    model_config = ConfigDict(extra="forbid", strict=True)
