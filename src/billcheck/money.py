"""Money as whole minor units of an ISO 4217 currency.

Comes in: decimals, exact rationals, currency codes. Goes out: integers of minor units (cents for EUR, yen for JPY,
fils for KWD) and back. Rounding is half-up, half away from zero, as the billing engines do by default. Knows nothing
about periods, contracts or files, and never touches a float.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

_TWO_DIGITS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"

MINOR_DIGITS: dict[str, int] = {
    **dict.fromkeys(_TWO_DIGITS.split(), 2),
    **dict.fromkeys(_NO_DIGITS.split(), 0),
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
}
"""Digits after the decimal point of each current ISO 4217 currency."""

CURRENCY_SIGNS: dict[str, frozenset[str]] = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "$": "ARS AUD BBD BMD BND BSD BZD CAD CLP COP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO NZD SBD SGD SRD TOP "
        "TTD TWD USD UYU XCD",
        "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD NIO", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
        "SG$": "SGD", "NT$": "TWD", "MX$": "MXN", "R$": "BRL",
        "€": "EUR", "£": "EGP FKP GBP GIP LBP SDG SHP SSP SYP", "¥": "CNY JPY", "₩": "KPW KRW", "₹": "INR", "₪": "ILS",
        "₺": "TRY", "₽": "RUB", "₴": "UAH", "₫": "VND", "฿": "THB", "₱": "PHP", "₦": "NGN",
        "kr": "DKK ISK NOK SEK", "kr.": "DKK ISK NOK SEK", "Kr": "DKK ISK NOK SEK", "Kr.": "DKK ISK NOK SEK",
        "Fr.": "CHF", "SFr.": "CHF", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "MDL RON", "R": "ZAR", "RM": "MYR",
        "Rp": "IDR", "Rs": "INR LKR MUR NPR PKR SCR", "Rs.": "INR LKR MUR NPR PKR SCR",
    }.items()
}  # fmt: skip
"""The signs that stand beside amounts, and the currencies each of them can mean."""

_SCALES: dict[str, int] = {code: int(10**digits) for code, digits in MINOR_DIGITS.items()}


HIDDEN = "redacted"
"""How an amount reads that nobody is to know."""


class HiddenAmount(int):
    """Minor units that nobody is to know: a stand-in of the same sign, so that what asks "is there any?" still works.

    Whatever is worked out from one is hidden too, and reads `HIDDEN`; as a decimal it is NaN.
    """

    def __add__(self, other: int) -> HiddenAmount:
        return HiddenAmount(int(self) + int(other))

    __radd__ = __add__

    def __sub__(self, other: int) -> HiddenAmount:
        return HiddenAmount(int(self) - int(other))

    def __rsub__(self, other: int) -> HiddenAmount:
        return HiddenAmount(int(other) - int(self))

    def __mul__(self, other: int) -> HiddenAmount:
        return HiddenAmount(int(self) * int(other))

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> HiddenAmount:
        return HiddenAmount(int(self) // int(other))

    def __neg__(self) -> HiddenAmount:
        return HiddenAmount(-int(self))

    def __abs__(self) -> HiddenAmount:
        return HiddenAmount(abs(int(self)))

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, "")


def is_currency(code: str) -> bool:
    """Whether `code` is a current ISO 4217 code in capitals."""
    return code in MINOR_DIGITS


def is_sign_of(sign: str, currency: str) -> bool:
    """Whether a sign, or a code in capitals, can stand beside an amount of this currency."""
    return sign == currency or currency in CURRENCY_SIGNS.get(sign, ())


def minor_scale(currency: str) -> int:
    """Minor units in one unit: 100 for EUR, 1 for JPY, 1000 for KWD.

    Raises:
        KeyError: `currency` is not an ISO 4217 code; readers check with `is_currency` first.
    """
    return _SCALES[currency]


def to_minor(amount: Decimal, currency: str) -> int | None:
    """The amount in minor units, or None where it has more decimals than the currency."""
    numerator, denominator = amount.as_integer_ratio()
    whole, rest = divmod(numerator * _SCALES[currency], denominator)
    return None if rest else whole


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount as a decimal with exactly the digits of its currency; NaN where it is hidden."""
    if isinstance(minor, HiddenAmount):
        return Decimal("NaN")
    return Decimal(minor).scaleb(-MINOR_DIGITS[currency])


def format_minor(minor: int, currency: str, *, grouped: bool = False) -> str:
    """The amount as plain text, such as ``7200.00``, or ``7,200.00`` when grouped; `HIDDEN` where it is hidden."""
    if isinstance(minor, HiddenAmount):
        return HIDDEN
    digits = MINOR_DIGITS[currency]
    whole, part = divmod(abs(minor), _SCALES[currency])
    sign = "-" if minor < 0 else ""
    text = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{text}.{part:0{digits}d}" if digits else f"{sign}{text}"


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    doubled, denominator = 2 * abs(value.numerator), value.denominator
    magnitude = (doubled + denominator) // (2 * denominator)
    return magnitude if value.numerator >= 0 else -magnitude


def tax_on(minor: int, percent: Decimal) -> int:
    """Tax on an amount excluding tax, rounded half-up once to minor units; `percent` is 21 for 21 %."""
    numerator, denominator = percent.as_integer_ratio()
    scaled, divisor = 2 * abs(minor * numerator), 200 * denominator
    magnitude = (scaled + 100 * denominator) // divisor
    return magnitude if minor * numerator >= 0 else -magnitude


def percent_of(part: int, whole: int, decimals: int) -> Decimal:
    """What percent a part is of a whole, rounded half-up to so many decimals: 21 for 21 of 100; both above zero."""
    return Decimal((200 * part * 10**decimals + whole) // (2 * whole)).scaleb(-decimals)


def split_by_weights(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in parts proportional to `weights`, by largest remainder; ties go to the earlier part.

    The parts add up to `total` exactly. Weights that are all zero count as equal. An empty `weights` gives no parts
    and is only allowed for a total of zero.
    """
    if not weights:
        if total:
            message = "an amount cannot be split into no parts"
            raise ValueError(message)
        return []
    shares = [abs(weight) for weight in weights]
    whole = sum(shares)
    if not whole:
        shares, whole = [1] * len(shares), len(shares)
    sign, size = (-1 if total < 0 else 1), abs(total)
    parts = [size * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: (-(size * shares[index] % whole), index))
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]
