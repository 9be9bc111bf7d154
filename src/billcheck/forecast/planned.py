"""Templates as the documents they will make, and the charges that the engine's own matching gives them.

Comes in: templates, contracts. Goes out: lines of a ledger that is still to come, and for each the charges it belongs
to. There is one set of matching rules: a line of a template finds its charge as a line of an invoice does. Must not
know periods, or what is agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.check import Prices
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matcher
from billcheck.ledger.line import Line
from billcheck.ledger.lines import LineList
from billcheck.ledger.table import NO_SLOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billcheck.configuration.rules import Configuration
    from billcheck.contracts.terms import Contract
    from billcheck.ledger.template import Template, TemplateLine

PLANNED = "templates that are to come"
"""How evidence names the ledger that is still to come."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line of a template: as it will stand on the next document, and the charges it belongs to.

    `charges` are one, several that it fits alike, or none; `is_known` says that the customer has a contract.
    """

    template: Template
    line: Line
    charges: tuple[tuple[str, str], ...] = ()
    is_known: bool = False

    @property
    def will_come(self) -> bool:
        """Whether it will stand on a document of a known day, be it a draft."""
        return self.template.status == "active" and self.template.next_date is not None


def plan(
    templates: Sequence[Template], contracts: tuple[Contract, ...], as_of: date, configuration: Configuration | None
) -> tuple[PlannedLine, ...]:
    """Every line of the templates that make invoices, with its charges."""
    found = [
        PlannedLine(template, _line(template, line, as_of))
        for template in templates
        if template.kind == "invoice"
        for line in template.lines
    ]
    if not found:
        return ()
    directory = make_directory(contracts)
    scope = None if configuration is None else configuration.scope
    latest = max(each.line.issue_date for each in found)
    matcher = Matcher(directory, as_of_day=latest.toordinal(), has_price=Prices(latest).has, scope=scope)
    for batch in LineList(tuple(each.line for each in found), PLANNED).scan(directory.keys(scope)):
        matcher.add(batch, 0)
    matched = matcher.matched
    for row in range(len(matched.lines)):
        slot = matched.lines.slots[row]
        numbers = (slot,) if slot != NO_SLOT else matched.ambiguous.get(row, ())
        charges = tuple((directory.slots[each].contract.id, directory.slots[each].charge.name) for each in numbers)
        known = found[matched.lines.locators[row]]
        found[matched.lines.locators[row]] = PlannedLine(known.template, known.line, charges, is_known=True)
    return tuple(found)


def _line(template: Template, line: TemplateLine, as_of: date) -> Line:
    """A line as it will stand on a document.

    What a customer is billed on one day counts as one document, so that several templates may make up one price; but
    for a template that gives something back, which is of its own lines.
    """
    day = template.next_date or template.previous_date or as_of
    has_credit = any(each.amount < 0 for each in template.lines)
    return Line(
        document=f"template {template.id}" if has_credit else f"{template.customer_id or template.customer}, {day}",
        issue_date=day,
        customer=template.customer,
        customer_id=template.customer_id,
        amount=line.amount,
        currency=template.currency,
        description=line.description,
        template=template.id,
        item=line.item,
        account=line.account,
        tracking=line.tracking,
        quantity=line.quantity,
        unit_price=line.unit_price,
        contract=template.contract,
        reference=template.reference,
    )
