"""Which document bills arrears where: a table by country, to be overridden by whoever knows better.

Comes in: a country, or the kind somebody asked for. Goes out: a kind of draft and what to say about the choice. The
table says what is usual and decides nothing about law or tax. Must not know cases or documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

ArrearsKind = Literal["supplementary_invoice", "debit_note", "corrective_invoice"]
ARREARS_KINDS: tuple[ArrearsKind, ...] = get_args(ArrearsKind)

KINDS_BY_COUNTRY: Mapping[str, ArrearsKind] = {
    **dict.fromkeys(("NL", "GB", "IE", "DE", "AU", "US"), "supplementary_invoice"),
    **dict.fromkeys(("IT", "PT", "IN"), "debit_note"),
    **dict.fromkeys(("ES", "FR", "PL"), "corrective_invoice"),
}
"""ISO 3166 codes of the supplier's country."""

CHECK_WITH_ADVISER = "check with your adviser which document your country asks for"


def kind_in(country: str | None, wanted: ArrearsKind | None = None) -> tuple[ArrearsKind, str]:
    """The kind of document for arrears, and a remark for whoever approves it, "" for none.

    Args:
        country: The supplier's country, in any case of letters; None where nobody said.
        wanted: The kind somebody asked for, which comes first.
    """
    if wanted is not None:
        return wanted, ""
    if country is None:
        return "supplementary_invoice", ""
    code = country.strip().upper()
    if code in KINDS_BY_COUNTRY:
        kind = KINDS_BY_COUNTRY[code]
        words = kind.replace("_", " ")
        is_usual = kind == "supplementary_invoice"
        return kind, "" if is_usual else f"A {words} is usual in {code}; {CHECK_WITH_ADVISER}."
    return "supplementary_invoice", (
        f"Nothing is known here of documents for arrears in {country!r}, so this is a supplementary invoice; "
        f"{CHECK_WITH_ADVISER}."
    )
