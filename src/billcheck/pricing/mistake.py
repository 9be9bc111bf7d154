"""One way of billing by other terms than agreed.

Comes in: a code, a sentence for a bookkeeper, and the charge with the mistake. Goes out: the value that the modules of
mistakes make, priced like any charge. Must not know what was billed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge
    from billcheck.pricing.proration import Ratio


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way of billing by other terms than agreed: `charge` has those terms, `sentence` says what was done.

    `general` says the same without figures of the one contract, "" where the sentence has none but a day of change.
    Where there is a `factor`, every amount of that charge was multiplied by it and rounded once more.
    """

    code: str
    sentence: str
    charge: Charge
    general: str = ""
    factor: Ratio | None = None

    @property
    def group(self) -> str:
        """What was done, in words that charges of other contracts with the same mistake share."""
        return self.general or self.sentence


KINDS = {
    "previous_price": "A new price was not applied; the one before it was billed on.",
    "old_quantity": "A new quantity was not applied; the one before it was billed on.",
    "old_terms": "A change of price and quantity was not applied; both were billed as before.",
    "missed_uplift": "An agreed uplift was not applied, nor any after it.",
    "skipped_uplift": "One uplift was left out, and the later ones applied.",
    "uplift_twice": "An uplift was applied twice.",
    "uplift_without_notice": "An uplift was applied for which no notice came in time.",
    "uplift_compounding": "Uplifts were taken of the price in force, not of the price agreed last, or the other way.",
    "uplift_rounding": "Uplifts were rounded at each step and should not have been, or the other way.",
    "index_terms": "Of an index clause the share, addition, cap, floor or lag was left out.",
    "late_change": "A change was billed only from the next period, or only from when it was agreed.",
    "pause_ignored": "A pause was billed through, or never ended for billing.",
    "cancellation_ignored": "Billing went on as if nothing had been cancelled.",
    "minimum_ignored": "The minimum of a period was not applied.",
    "maximum_ignored": "The maximum of a period was not applied.",
    "retention_ignored": "Nothing was held back as retention.",
    "commitment_whole": "The commitment of a short period was billed as for a full one.",
    "expired_discount": "A discount was still given after its end.",
    "discount_forgotten": "A discount was not given.",
    "free_period_billed": "Free periods were billed.",
    "free_period_prolonged": "Billing did not begin after the free periods.",
    "other_tier_rule": "All units were billed at one tier's price instead of each at its own, or the other way.",
    "neighbouring_tier": "All units were billed by another tier.",
    "tier_amount_forgotten": "The flat amounts of the tiers were not billed.",
    "zero_not_billed": "The flat amount of a quantity of zero was not billed.",
    "package_rounding": "Packages were rounded down instead of up, or the other way.",
    "free_units_forgotten": "Free units were billed.",
    "other_percent": "The whole amount was billed at the percentage of one tier.",
    "included_hours_billed": "Hours that the fee includes were billed on top.",
    "overage_ignored": "Hours beyond the included ones were billed at the rate card.",
    "price_for_other_time": "A price for a longer time, such as a year, was billed every period.",
    "other_remainder": "Each period was rounded by itself instead of their sum, or the other way.",
    "part_in_full": "A part of a period was billed in full.",
    "part_forgotten": "A part of a period was not billed.",
    "other_day_count": "A part of a period was counted in other days than agreed.",
    "other_full_period": "A first part was weighed against another full period.",
    "inclusive_end": "A last day was billed that is outside the term, or not billed although it is inside.",
    "other_rhythm": "The price of one period was billed at another rhythm, such as every 4 weeks, not every month.",
    "other_alignment": "Periods of the calendar were billed instead of those from the first day, or the other way.",
    "tax_included": "The agreed price was entered as if it included tax.",
    "tax_on_top": "The price with tax was entered as the price without it.",
    "other_charge": "The price of another charge of the contract was billed.",
    "other_contract": "The price that the client has in another contract was billed.",
    "usual_price": "The price that most other contracts have for the same item was billed.",
    "swapped_digits": "Two neighbouring digits of a price or a quantity were swapped.",
}
"""Every kind of mistake by its code, in the order in which they are tried."""
