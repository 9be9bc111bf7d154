"""Whether the next check will find the charge of every drafted line, by what a format lets the line say.

Comes in: documents, the charges of their customer, what a format has columns for. Goes out: a remark for each charge
whose line may be taken for another's. It follows the rules of matching (contract, codes, the name in the text) as far
as they need no amounts, and is never surer than they are. Must not know how files are written, nor the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.contracts.sheets import guarded
from billcheck.ledger.names import fold_code, spaced_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from billcheck.ledger.draft import DraftDocument, DraftLine
    from billcheck.recovery.arrears import AgreedCharge, Arrears


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What lines of a format say beside customer and text.

    `item` and `account` are what is written where a charge has none of its own.
    """

    name: str
    has_contract: bool = False
    has_charge: bool = False
    has_account: bool = False
    has_tracking: bool = False
    item: str = ""
    account: str = ""


TELLINGS: Mapping[str, Telling] = {
    "generic": Telling(name="generic", has_contract=True, has_charge=True, has_account=True, has_tracking=True),
    "xero": Telling(name="xero", has_contract=True, has_account=True, has_tracking=True),
    "quickbooks": Telling(name="quickbooks"),
}
"""What lines say once they are read back, by the format they were written in."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    contract: str
    charge: AgreedCharge


def unclear_charges(arrears: Arrears, documents: Iterable[DraftDocument], telling: Telling) -> tuple[str, ...]:
    """A remark for each charge that nothing on its lines tells from another of the customer; none where all are told.

    Args:
        arrears: Whose agreements hold every charge of the customer in this currency.
        documents: The documents as they are to be written.
        telling: What the format has columns for.
    """
    remarks: dict[str, None] = {}
    for document in documents:
        for line in document.lines:
            others = list(_others(arrears, document, line, telling))
            if others:
                names = ", ".join(f'{other.contract} "{other.charge.name}"' for other in others)
                remarks[
                    f'{telling.name}: nothing on a line of {line.contract} "{" + ".join(line.charges)}" tells it from '
                    f"{names}; the next check may leave the period open. Give the charges codes (matching.items) that "
                    "the ledger knows too."
                ] = None
    return tuple(remarks)


def _others(arrears: Arrears, document: DraftDocument, line: DraftLine, telling: Telling) -> Iterator[_Candidate]:
    """The charges that a line may be taken for and is not about."""
    contracts = {each.contract for each in document.lines}
    known = [
        _Candidate(agreement.contract, charge)
        for agreement in arrears.agreements
        for charge in agreement.charges
        if _is_named(agreement.contract, contracts, line, telling)
    ]
    if telling.has_charge and len(line.charges) == 1:
        known = [one for one in known if fold_code(one.charge.name) == fold_code(line.charges[0])]
    for one in _by_text(_by_codes(known, line, telling), line.description):
        if one.contract != line.contract or one.charge.name not in line.charges:
            yield one


def _is_named(contract: str, contracts: set[str], line: DraftLine, telling: Telling) -> bool:
    if telling.has_charge:
        return contract == line.contract
    return not telling.has_contract or contract in contracts


def _by_codes(known: Sequence[_Candidate], line: DraftLine, telling: Telling) -> list[_Candidate]:
    """Those that no code contradicts; of these only those whose code the line bears, where there are any."""
    worn = [
        _written(line.item or telling.item),
        _written(line.account or telling.account) if telling.has_account else "",
        _written(line.tracking) if telling.has_tracking else "",
    ]
    fitting: list[_Candidate] = []
    bearing: list[_Candidate] = []
    for one in known:
        declared = [fold_code(code) for code in (one.charge.item, one.charge.account, one.charge.tracking)]
        pairs = [(code, own) for code, own in zip(worn, declared, strict=True) if code and own]
        if all(code == own for code, own in pairs):
            fitting.append(one)
            bearing += [one] * bool(pairs)
    return bearing or fitting


def _written(code: str) -> str:
    """A code as a file holds it: one that a spreadsheet would work out as a formula is changed there."""
    return fold_code(guarded(code))


def _by_text(known: Sequence[_Candidate], text: str) -> list[_Candidate]:
    """Those whose phrase stands in the text, of these those whose name does, without names inside longer ones."""
    words = spaced_words(text)
    bearing = [one for one in known if any(spaced_words(pattern) in words for pattern in one.charge.patterns)]
    if len(bearing) == 1:
        return bearing
    known = bearing or known
    named = [(one, spaced_words(one.charge.name)) for one in known]
    found = [(one, name) for one, name in named if name.strip() and name in words]
    longest = [one for one, name in found if not any(name != other and name in other for _, other in found)]
    return longest or list(known)
