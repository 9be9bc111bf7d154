"""The letters that follow a talk, and drafts to hand over."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.errors import LetterRefusedError
from billcheck.ledger.draft import DocumentReference, DraftDocument, DraftLine, PaymentDue
from billcheck.period import Cadence
from billcheck.recovery import Agreed, Waived, waive_part
from billcheck.recovery.arrears import AgreedCharge, RemainingPeriod
from billcheck.recovery.client_view import ClientContact
from billcheck.recovery.disclosed_letters import price_view, waiver_view
from billcheck.recovery.letters.letters import draft_to_hand_over, price_confirmation, waiver_letter
from billcheck.recovery.line_words import WORDS
from billcheck.recovery.writing.language import LANGUAGES, Language
from billcheck.recovery.writing.templates import Templates, TemplatesRefusedError
from tests.recovery.by_hand import half_rate_case, make_agreement, make_case, make_period
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.ledger.draft import DraftKind

CONTACT = ClientContact(name="Anna de Vries", phone="+31 20 555 0117", business="Duinweg Webbeheer")
DAY = date(2026, 9, 8)
SEVEN = {"en": "7,200.00", "nl": "7.200,00", "de": "7.200,00", "fr": "7\N{NARROW NO-BREAK SPACE}200,00"}
SEPTEMBER = {"en": "September 2026", "nl": "september 2026", "de": "September 2026", "fr": "septembre 2026"}
NO_PRECEDENT = {"en": "no precedent", "nl": "geen rechten", "de": "einmalig", "fr": "pas de précédent"}


def words(text: str) -> str:
    return re.sub(r"[ \n]+", " ", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_waiver_letter_names_amount_periods_and_the_price_from_now_on(language: Language) -> None:
    view = waiver_view(story_case(), issue_date=DAY, contact=CONTACT, is_all=True)
    text = words(waiver_letter(view, language=language).to_text())
    assert SEVEN[language] in text
    assert NO_PRECEDENT[language] in text
    assert SEPTEMBER[language] in text
    assert {"en": "2,904.00", "nl": "2.904,00", "de": "2.904,00", "fr": "2\N{NARROW NO-BREAK SPACE}904,00"}[
        language
    ] in text
    assert len(view.periods) == 6


def test_what_is_on_record_as_waived_is_what_the_letter_waives() -> None:
    """The two oldest periods, 1,200.00 each: 2,400.00, which is not a part of any period."""
    case = story_case()
    rows = tuple((period.row, 120000) for period in case.arrears.periods[:2])
    waived = replace(case, events=(*case.events, Waived(on=DAY, rows=rows, reason="goodwill")))
    view = waiver_view(waived, issue_date=DAY, contact=CONTACT)
    assert (view.waived_minor, view.is_part) == (240000, False)
    text = words(waiver_letter(view, language="en").to_text())
    assert "we waive the difference of €2,400.00 excluding tax" in text
    assert "May 2026" not in text
    assert "goodwill" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_is_said_to_be_a_part(language: Language) -> None:
    """25 % of 7,200.00: 1,800.00, 300.00 for each period."""
    case = story_case()
    offer = waive_part(case, percent=Decimal(25))
    agreed = replace(case, events=(*case.events, Agreed(on=DAY, offer=offer)))
    view = waiver_view(agreed, issue_date=DAY, contact=CONTACT)
    assert (view.waived_minor, view.is_part) == (180000, True)
    assert {period.waived_minor for period in view.periods} == {30000}
    part = {"en": "of the difference", "nl": "van het verschil", "de": "des Unterschieds", "fr": "de la différence"}
    assert part[language] in words(waiver_letter(view, language=language).to_text())


def test_where_nothing_is_waived_there_is_no_letter() -> None:
    with pytest.raises(LetterRefusedError, match="Nothing was waived in this case"):
        waiver_view(story_case(), issue_date=DAY, contact=CONTACT)


def test_a_waiver_without_a_next_invoice_names_no_price() -> None:
    view = waiver_view(half_rate_case(coming=()), issue_date=DAY, contact=CONTACT, is_all=True)
    assert view.next_invoice is None
    assert "From now on, all that we bill shows the agreed price." in waiver_letter(view, language="en").to_text()


def test_whose_mistake_it_was_is_said_only_where_it_is_known() -> None:
    view = waiver_view(story_case(), issue_date=DAY, contact=CONTACT, is_all=True)
    assert "That mistake was ours." in words(waiver_letter(view, language="en").to_text())
    assert "mistake" not in waiver_letter(replace(view, is_our_mistake=False), language="en").to_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_price_confirmation_states_the_price_and_has_a_line_for_both(language: Language) -> None:
    text = words(
        price_confirmation(price_view(story_case(), issue_date=DAY, contact=CONTACT), language=language).to_text()
    )
    price = {"en": "2,400.00", "nl": "2.400,00", "de": "2.400,00", "fr": "2\N{NARROW NO-BREAK SPACE}400,00"}[language]
    assert text.count(price) == 2
    assert "Website care" in text
    assert re.search(r"Duinweg Webbeheer: _+ Hartwell Interieur: _+", text)
    assert SEVEN[language] not in text


FURTHER = {
    "en": "further charges, which are not listed here and stay as agreed: C-117: Hosting and C-117: Support.",
    "nl": "nog andere posten, die hier niet staan en blijven zoals afgesproken: C-117: Hosting en C-117: Support.",
    "de": "weitere Positionen, die hier nicht aufgeführt sind und wie vereinbart bestehen bleiben: "
    "C-117: Hosting und C-117: Support.",
    "fr": "d’autres postes, qui ne figurent pas ici et restent tels que convenus\N{NO-BREAK SPACE}: "
    "C-117: Hosting et C-117: Support.",
}
OF_INVOICE = {
    "en": "the charges of our invoice of 30 September 2026 as follows",
    "nl": "de posten van onze factuur van 30 september 2026 als volgt",
    "de": "die Positionen unserer Rechnung vom 30. September 2026 wie folgt",
    "fr": "les postes de notre facture du 30 septembre 2026 comme suit",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_price_confirmation_says_which_charges_it_lists_and_names_the_others(language: Language) -> None:
    """September bills the retainer; hosting and support are billed by quarter, the setup once, the pilot until July."""
    quarter = Cadence("month", 3)
    charges = (
        AgreedCharge(name="Retainer", every=Cadence("month")),
        AgreedCharge(name="Hosting", every=quarter),
        AgreedCharge(name="Setup"),
        AgreedCharge(name="Pilot", every=quarter, last_day=date(2026, 7, 31)),
        AgreedCharge(name="Support", every=quarter),
    )
    case = half_rate_case(agreements=(make_agreement(charges=charges),))
    view = price_view(case, issue_date=DAY, contact=CONTACT)
    assert view.further_charges == ("C-117: Hosting", "C-117: Support")
    text = words(price_confirmation(view, language=language).to_text())
    assert OF_INVOICE[language] in text
    assert FURTHER[language] in text
    alone = words(price_confirmation(replace(view, further_charges=()), language=language).to_text())
    assert OF_INVOICE[language] in alone
    assert "C-117: Hosting" not in alone


def test_a_price_that_nobody_knows_is_not_confirmed() -> None:
    with pytest.raises(LetterRefusedError, match="there is no price to confirm"):
        price_view(half_rate_case(coming=()), issue_date=DAY, contact=CONTACT)


def test_a_price_without_terms_of_payment_needs_a_day() -> None:
    case = half_rate_case(agreements=(make_agreement(payment_terms=None),))
    with pytest.raises(LetterRefusedError, match="Give --due-date"):
        price_view(case, issue_date=DAY, contact=CONTACT)


@pytest.mark.parametrize("form", ["to_markdown", "to_html", "to_text", "to_docx"])
def test_letters_come_in_every_format_and_are_the_same_every_time(form: str) -> None:
    view = price_view(story_case(), issue_date=DAY, contact=CONTACT)
    first, second = (getattr(price_confirmation(view, language="nl"), form)() for _ in range(2))
    assert first == second
    assert len(first) > 300


def test_a_letter_of_ones_own_is_held_to_its_rules(tmp_path: Path) -> None:
    own = (
        '{% extends "billcheck/waiver-letter-en.html" %}{% block no_precedent %}{% endblock %}'
        '{% block decision %}<section data-part="decision"><p>You should have known.</p></section>{% endblock %}'
    )
    (tmp_path / "waiver-letter-en.html").write_text(own, encoding="utf-8")
    view = waiver_view(story_case(), issue_date=DAY, contact=CONTACT, is_all=True)
    with pytest.raises(TemplatesRefusedError) as caught:
        waiver_letter(view, language="en", templates=Templates(tmp_path))
    message = str(caught.value)
    assert "The letter lacks one of its parts. Found 'no_precedent'." in message
    assert "This puts blame on somebody." in message
    assert "part 'decision': The letter does not state a fact that the client needs. Found '€7,200.00'." in message


def line(amount: int, *, month: int = 3, percent: str = "21", is_arrears: bool = True) -> DraftLine:
    return DraftLine(
        contract="C-117",
        charges=("Retainer",),
        first_day=date(2026, month, 1),
        last_day=date(2026, month, 28),
        description="for the ledger alone",
        amount_minor=amount,
        tax_percent=Decimal(percent),
        is_arrears=is_arrears,
        references=(DocumentReference(f"INV-{month}", date(2026, month, 28)),) if is_arrears else (),
    )


def draft(*lines: DraftLine, kind: DraftKind = "supplementary_invoice", **changes: object) -> DraftDocument:
    document = DraftDocument(
        kind=kind, number="DRAFT-1", issue_date=DAY, due_date=date(2026, 10, 8), customer="Hartwell & Co",
        currency="EUR", lines=lines, reason="an English reason",
    )  # fmt: skip
    return replace(document, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_to_hand_over_shows_every_line_and_sum(language: Language) -> None:
    """600.00 at 19 % (114.00) and 600.00 at 16 % (96.00): 1,410.00; in two payments of 705.00."""
    payments = (PaymentDue(1, date(2026, 10, 31), 70500), PaymentDue(2, date(2026, 11, 30), 70500))
    document = draft(line(60000, percent="19"), line(60000, month=4, percent="16"), schedule=payments)
    text = words(draft_to_hand_over(document, language=language).to_text())
    group, point = {"en": (",", "."), "nl": (".", ","), "de": (".", ","), "fr": ("\N{NARROW NO-BREAK SPACE}", ",")}[
        language
    ]
    for figure in (f"600{point}00", f"114{point}00", f"96{point}00", f"1{group}200{point}00", f"1{group}410{point}00"):
        assert figure in text
    assert text.count(f"705{point}00") == 2
    assert "INV-3" in text
    assert "INV-4" in text
    assert "for the ledger alone" not in text
    assert "reason" not in text


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("supplementary_invoice", "Aanvullende factuur"),
        ("next_invoice", "Factuur, met het verschil over eerdere perioden"),
        ("regular_invoice", "Factuur"),
        ("credit_note", "Creditnota"),
        ("debit_note", "Debetnota"),
        ("corrective_invoice", "Correctiefactuur"),
    ],
)
def test_a_draft_is_called_what_it_is(kind: DraftKind, title: str) -> None:
    assert draft_to_hand_over(draft(line(100), kind=kind), language="nl").page.title == title


@pytest.mark.parametrize(
    ("language", "difference", "missed"),
    [
        ("en", "difference to the agreed price", "not billed before"),
        ("nl", "verschil met de afgesproken prijs", "niet eerder gefactureerd"),
        ("de", "Unterschied zum vereinbarten Preis", "bisher nicht berechnet"),
        ("fr", "différence avec le prix convenu", "pas encore facturé"),
    ],
)
def test_a_period_that_was_never_billed_is_said_to_be_so(language: Language, difference: str, missed: str) -> None:
    """March was billed too low, April not at all: each line says its own, as the ledger's file does."""
    never = replace(line(240000, month=4), references=())
    text = words(draft_to_hand_over(draft(line(120000), never), language=language).to_html())
    march, april = (row for row in text.split("<tr") if "C-117" in row)
    assert difference in march
    assert missed not in march
    assert missed in april
    assert difference not in april
    regular = replace(line(240000, is_arrears=False), references=())
    alone = draft_to_hand_over(draft(regular, kind="regular_invoice"), language=language).to_html()
    assert missed not in alone
    assert WORDS[language].missed == missed


def test_a_draft_without_a_due_date_names_none() -> None:
    text = draft_to_hand_over(draft(line(100), kind="credit_note", due_date=None), language="en").to_text()
    assert "To be paid by" not in text


def test_a_draft_that_is_handed_over_says_that_it_is_one() -> None:
    html = draft_to_hand_over(draft(line(100)), language="en").to_html()
    assert "Draft: the document itself comes from our books." in html
    assert "Hartwell &amp; Co" in html


SEATS = (AgreedCharge(name="Seats", every=Cadence("month")), AgreedCharge(name="Hosting", every=Cadence("month")))
OCTOBER = RemainingPeriod(date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 1), 57_350, "Seats")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("remaining", "month", "amount"),
    [((), date(2026, 8, 1), 44_400), ((OCTOBER,), date(2026, 10, 1), 57_350)],
)
def test_the_charge_that_was_billed_wrongly_is_confirmed_though_the_next_invoice_has_none_of_it(
    remaining: tuple[RemainingPeriod, ...], month: date, amount: int, language: Language
) -> None:
    """24 seats of 18.50 are 444.00 in August; 31 are 573.50 in October, once it is known. Next is hosting alone."""
    case = make_case(
        [make_period("2026-08", 44_400, 40_000, document="F-8", charges=("Seats",))],
        agreements=(make_agreement(charges=SEATS, remaining=remaining),),
        coming=(make_period("2026-09", 31_000, 0, status="not_due", charges=("Hosting",)),),
    )
    view = price_view(case, issue_date=DAY, contact=CONTACT)
    assert [(each.charges, each.first_day, each.amount_minor) for each in view.further_prices] == [
        (("Seats",), month, amount)
    ]
    assert view.further_charges == ()
    text = words(price_confirmation(view, language=language).to_text())
    assert "C-117: Seats" in text
    assert {44_400: "444", 57_350: "573"}[amount] in text


def test_a_contract_with_arrears_is_confirmed_though_the_next_invoice_is_of_another() -> None:
    case = make_case(
        [make_period("2026-08", 44_400, 40_000, document="F-8", contract="C-118", charges=("Seats",))],
        agreements=(
            make_agreement(charges=SEATS[1:]),
            make_agreement("C-118", charges=SEATS[:1]),
        ),
        coming=(make_period("2026-09", 31_000, 0, status="not_due", charges=("Hosting",)),),
    )
    view = price_view(case, issue_date=DAY, contact=CONTACT)
    assert view.contracts == ("C-117", "C-118")
    assert [(each.contract, each.amount_minor) for each in view.further_prices] == [("C-118", 44_400)]


def test_a_charge_of_the_case_without_a_tax_percent_is_asked_for() -> None:
    case = make_case(
        [make_period("2026-08", 44_400, 40_000, document="F-8", tax=None, charges=("Seats",))],
        agreements=(make_agreement(charges=SEATS),),
        coming=(make_period("2026-09", 31_000, 0, status="not_due", charges=("Hosting",)),),
    )
    with pytest.raises(LetterRefusedError, match="C-117: Seats: Nobody stated the tax percent"):
        price_view(case, issue_date=DAY, contact=CONTACT)


def test_a_waiver_of_what_is_right_since_does_not_put_it_right_later() -> None:
    right = (make_period("2026-09", 44_400, 44_400, document="F-9", charges=("Seats",)),)
    case = make_case(
        [make_period("2026-08", 44_400, 40_000, document="F-8", charges=("Seats",))],
        agreements=(make_agreement(charges=SEATS),),
        coming=(make_period("2026-09", 31_000, 0, status="not_due", charges=("Hosting",)),),
        right=right,
    )
    view = waiver_view(case, issue_date=DAY, contact=CONTACT, is_all=True)
    text = words(waiver_letter(view, language="en").to_text())
    assert "Since September 2026 we have billed the agreed price again; the invoice of 30 September 2026 is" in text
