"""Names lose only what was read as a period; what tells lines apart knows no month at all."""

from __future__ import annotations

import pytest

from billcheck.history.wording import name_in, wording_of
from billcheck.periods.words import MONTHS as MONTH_WORDS
from tests.history.ledgers import AS_OF, bill, charges_of
from tests.history.test_drafts import MONTHS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Website care March 2026", "Website care"),
        ("Set of chairs March 2026", "Set of chairs"),
        ("Hosting Set", "Hosting Set"),
        ("Mar Vista office", "Mar Vista office"),
        ("Website care for Jan de Vries 2026-03", "Website care for Jan de Vries"),
        ("May Consulting retainer", "May Consulting retainer"),
        ("Second line support", "Second line support"),
        ("Weekly cleaning", "Weekly cleaning"),
        ("Annual licence 2026", "Annual licence"),
        ("Server May", "Server"),
        ("Fee January - March 2026", "Fee"),
        ("Retainer for the month of May 2026", "Retainer"),
        ("Retainer first quarter 2026", "Retainer"),
        ("Week 12 cleaning", "cleaning"),
        ("Set-up of the shop", "Set-up of the shop"),
        ("Set-up of the shop March 2026", "Set-up of the shop"),
        ("Dec-orations", "Dec-orations"),
        ("on-site e-mail support Jan 2026", "on-site e-mail support"),
        ("pay-as-you-go plan May 2026", "pay-as-you-go plan"),
        ("Fees due-diligence", "Fees due-diligence"),
        ("Website care May-June 2026", "Website care"),
        ("Website care - premium 2026", "Website care"),
        ("Website care -premium", "Website care"),
        ("Website care--premium", "Website care"),
        ("May 2026", ""),
        ("", ""),
    ],
)
def test_only_a_word_that_was_read_as_a_period_is_cut_off(text: str, name: str) -> None:
    assert name_in([text]) == name


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("Training Set Mar 2026", "Training Set Apr 2026"), "Training Set"),
        (("May Consulting retainer", "June Consulting retainer"), "Consulting retainer"),
        (("Jan Jansen support June 2026", "Jan Jansen support July 2026"), "Jan Jansen support"),
        (("May May 2026", "May June 2026"), "May"),
        (("Website care", "Hosting"), ""),
    ],
)
def test_a_name_is_what_all_texts_say(texts: tuple[str, ...], name: str) -> None:
    assert name_in(texts) == name


@pytest.mark.parametrize("pattern", ["{}-stuff shop", "Shop {}-stuff", "Pre-{} shop"])
def test_a_month_of_any_language_that_a_hyphen_ties_to_a_word_stays(pattern: str) -> None:
    texts = [pattern.format(month.title()) for month in sorted(MONTH_WORDS)]
    assert [name_in([text]) for text in texts] == texts


def test_what_tells_lines_apart_knows_no_month() -> None:
    assert wording_of("May Consulting retainer").words == wording_of("June Consulting retainer").words


def test_a_charge_keeps_the_name_of_its_customer_of_the_same_spelling() -> None:
    lines = [bill(n, f"2026-0{n}-01", "80.00", f"Support Jan de Vries {MONTHS[n - 1]} 2026") for n in range(1, 8)]
    (charge,) = charges_of(lines, AS_OF)
    assert charge["name"] == "Support Jan de Vries"
