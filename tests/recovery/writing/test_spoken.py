"""Which language a stated cause seems to be in."""

from __future__ import annotations

import pytest

from billcheck.recovery.writing.language import LANGUAGES, Language
from billcheck.recovery.writing.spoken import seems_to_be_in

CAUSES: dict[Language, tuple[str, ...]] = {
    "en": ("When we copied your invoice template in March, a quantity of 0.5 was left in it.", "The index is missing"),
    "nl": ("Toen wij in maart uw factuursjabloon kopieerden, bleef daarin een aantal van 0,5 staan.",
           "De indexering is niet doorgevoerd."),
    "de": ("Beim Kopieren der Vorlage im März blieb eine Menge von 0,5 stehen.", "Die Indexierung wurde vergessen."),
    "fr": ("En copiant le modèle de votre facture, nous avons laissé une quantité de 0,5.",
           "L’indexation n’a pas été appliquée."),
}  # fmt: skip


@pytest.mark.parametrize(("language", "cause"), [(each, cause) for each in LANGUAGES for cause in CAUSES[each]])
def test_a_sentence_reads_as_its_own_language_and_no_other(language: Language, cause: str) -> None:
    assert [each for each in LANGUAGES if seems_to_be_in(cause, each)] == [language]


@pytest.mark.parametrize("cause", ["", "0.5", "Quantity 0.5 copied", "Ünïcode ☃"])
def test_what_tells_no_language_counts_as_english(cause: str) -> None:
    assert [each for each in LANGUAGES if seems_to_be_in(cause, each)] == ["en"]
