"""What a letter must not say, in every language; and what it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from billcheck.recovery.writing.page import Page, Paragraph, Part, Run
from billcheck.recovery.writing.tone import check_tone, find

if TYPE_CHECKING:
    from billcheck.recovery.writing.tone import Tone

ALL: tuple[Tone, ...] = ("blame", "plea", "threat", "third_way")

WRONG = [
    ("en", "blame", "You should have noticed this."),
    ("en", "blame", "This is due to your mistake."),
    ("en", "blame", "The amount is overdue."),
    ("en", "blame", "You owe us this amount."),
    ("en", "blame", "Our software made an error."),
    ("en", "plea", "Would you be willing to pay?"),
    ("en", "plea", "We hope you can pay this."),
    ("en", "plea", "Please forgive us."),
    ("en", "plea", "We would be grateful for your reply."),
    ("en", "threat", "We will take legal action."),
    ("en", "threat", "Please pay immediately."),
    ("en", "threat", "Interest is due from today."),
    ("en", "threat", "Otherwise we suspend the service."),
    ("en", "third_way", "We can also offer a discount."),
    ("en", "third_way", "You can pay in instalments."),
    ("en", "third_way", "You can pay in installments."),
    ("en", "third_way", "We are prepared to waive a part."),
    ("en", "third_way", "Older periods are time-barred."),
    ("en", "third_way", "Option C: a payment plan."),
    ("nl", "blame", "U had dit moeten zien."),
    ("nl", "blame", "Het is uw fout."),
    ("nl", "blame", "Uw betalingsachterstand bedraagt"),
    ("nl", "plea", "Zou u misschien willen betalen?"),
    ("nl", "plea", "Wij hopen op uw begrip."),
    ("nl", "threat", "Wij schakelen een incassobureau in."),
    ("nl", "threat", "Betaal onmiddellijk."),
    ("nl", "threat", "Dit is een laatste aanmaning."),
    ("nl", "third_way", "U krijgt korting."),
    ("nl", "third_way", "U kunt in zes termijnen betalen."),
    ("nl", "third_way", "Wij schelden het kwijt; kwijtschelding is mogelijk."),
    ("de", "blame", "Das war Ihr Fehler."),
    ("de", "blame", "Sie hätten das bemerken müssen."),
    ("de", "blame", "Der Betrag ist überfällig."),
    ("de", "plea", "Wären Sie bereit zu zahlen?"),
    ("de", "plea", "Wir hoffen auf Ihr Verständnis."),
    ("de", "threat", "Wir behalten uns rechtliche Schritte vor."),
    ("de", "threat", "Bitte zahlen Sie umgehend."),
    ("de", "threat", "Dies ist eine Mahnung."),
    ("de", "third_way", "Wir gewähren einen Nachlass."),
    ("de", "third_way", "Sie können in sechs Raten zahlen."),
    ("de", "third_way", "Wir verzichten auf einen Teil."),
    ("fr", "blame", "C’est votre erreur."),
    ("fr", "blame", "Vous auriez dû le voir."),
    ("fr", "blame", "Votre dette s’élève à"),
    ("fr", "plea", "Auriez-vous l’amabilité de payer ?"),
    ("fr", "plea", "Nous espérons votre compréhension."),
    ("fr", "threat", "Ceci vaut mise en demeure."),
    ("fr", "threat", "Payez immédiatement."),
    ("fr", "threat", "À défaut, nous saisirons le tribunal."),
    ("fr", "third_way", "Nous vous accordons une remise."),
    ("fr", "third_way", "Vous pouvez payer en plusieurs fois."),
    ("fr", "third_way", "Nous renonçons à une partie."),
]

RIGHT = [
    ("en", "We ask for no interest and no late fee."),
    ("en", "The service was delivered as agreed, and the invoices remain as they are."),
    ("en", "We reserve our right to performance of the agreement."),
    ("en", "The installer’s flooring was delivered."),
    ("nl", "Wij vragen geen rente. De betaaltermijn staat op de factuur."),
    ("nl", "Wij behouden ons ondubbelzinnig het recht voor op nakoming van de overeenkomst."),
    ("de", "Die Rechnung richtet sich nach der Vereinbarung; die Frage ist an Sie gerichtet."),
    ("de", "Wir melden uns mit einer Erinnerung. Schweigen verstehen wir nicht als Zustimmung."),
    ("fr", "Nous ne demandons ni intérêts ni frais de retard."),
    ("fr", "Nous vous enverrons un rappel. Votre silence ne vaut pas accord."),
]


@pytest.mark.parametrize(("language", "tone", "sentence"), WRONG)
def test_what_must_not_be_said_is_found(language: str, tone: str, sentence: str) -> None:
    assert tone in {found.tone for found in find(sentence.replace("’", "'"), language, ALL)}


@pytest.mark.parametrize(("language", "sentence"), RIGHT)
def test_plain_words_are_left_alone(language: str, sentence: str) -> None:
    assert list(find(sentence.replace("’", "'"), language, ALL)) == []


def page_of(*runs: Run, language: str = "en") -> Page:
    return Page(language, "notice-en.html", (Part("closing", (Paragraph(runs),)),))


def test_a_fault_names_the_word_and_its_place() -> None:
    (problem,) = check_tone(page_of(Run("Please pay "), Run("immediately.")), ALL)
    assert str(problem) == (
        "notice-en.html, part 'closing': This threatens. Nothing is due before there is an invoice. Found 'immediate'."
        " Put it in other words, or leave it out."
    )


def test_facts_are_not_our_words() -> None:
    assert check_tone(page_of(Run("For "), Run("Discount Floors Legal", is_fact=True)), ALL) == []


def test_words_do_not_join_across_a_fact() -> None:
    assert check_tone(page_of(Run("You "), Run("and Anna", is_fact=True), Run(" should have a look.")), ALL) == []


def test_words_join_across_a_change_of_style() -> None:
    (problem,) = check_tone(page_of(Run("You "), Run("should have", is_strong=True), Run(" seen it.")), ALL)
    assert problem.value == "You should have"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We are sorry and apologise for this.", 0),
        ("We are sorry. Once more: we apologise.", 1),
        ("Sorry. Sorry. Sorry.", 2),
    ],
)
def test_one_sentence_of_apology_is_enough(text: str, count: int) -> None:
    problems = check_tone(page_of(Run(text)), ALL)
    assert [problem.what for problem in problems] == [
        "This apologises a second time; once, in one sentence, is enough."
    ] * count


def test_a_letter_after_the_talk_may_speak_of_what_is_waived() -> None:
    assert check_tone(page_of(Run("We waive this amount.")), ("blame", "plea", "threat")) == []
