"""Texts in all languages, on an invoice of 31 March 2026: those that name March, the first quarter, or nothing."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.periods.reading import read
from billcheck.periods.resolve import refusal, resolve
from billcheck.periods.vocabulary import LANGUAGES

ISSUED = date(2026, 3, 31).toordinal()

MARCH = {
    "nl": [
        "Huur maart 2026",
        "Abonnement mrt 2026",
        "Onderhoud 1 t/m 31 maart 2026",
        "1 maart tot en met 31 maart 2026",
        "van 1 maart tot 1 april 2026",
        "01-03-2026 t/m 31-03-2026",
        "periode 01-03-2026 t/m 31-03-2026",
        "Licenties maart '26",
        "Schoonmaak maart",
        "Huur over de maand maart 2026",
    ],
    "de": [
        "Miete März 2026",
        "Wartung vom 01.03.2026 bis 31.03.2026",
        "Leistungszeitraum 01.03.–31.03.2026",
        "Miete für den Monat März 2026",
        "1. März bis 31. März 2026",
        "1.-31. März 2026",
        "Hosting Mrz 2026",
        "Beratung März",
        "Abo 01.03.26 - 31.03.26",
    ],
    "fr": [
        "Loyer mars 2026",
        "Loyer de mars 2026",
        "du 1er au 31 mars 2026",
        "du 1er mars au 31 mars 2026",
        "du 01/03/2026 au 31/03/2026",
        "Abonnement du mois de mars 2026",
        "Honoraires mars",
        "Maintenance 1-31 mars 2026",
    ],
    "es": [
        "Alquiler marzo 2026",
        "Cuota de marzo de 2026",
        "del 1 al 31 de marzo de 2026",
        "Mantenimiento marzo",
        "01/03/2026 a 31/03/2026",
    ],
    "it": [
        "Canone marzo 2026",
        "dal 1 al 31 marzo 2026",
        "Affitto mese di marzo 2026",
        "dal 01/03/2026 al 31/03/2026",
    ],
    "pt": [
        "Aluguel março 2026",
        "Mensalidade de março de 2026",
        "1 a 31 de março de 2026",
        "Mensalidade mar/2026",
        "de 01/03/2026 a 31/03/2026",
    ],
    "sv": [
        "Hyra mars 2026",
        "Hyra 1–31 mars 2026",
        "1 mars till 31 mars 2026",
        "Avgift 2026-03-01 t.o.m. 2026-03-31",
    ],
    "da": [
        "Husleje marts 2026",
        "1. marts - 31. marts 2026",
        "01.03.2026 til 31.03.2026",
    ],
    "nb": [
        "Husleie mars 2026",
        "1.–31. mars 2026",
        "01.03.2026 til og med 31.03.2026",
    ],
    "pl": [
        "Czynsz za marzec 2026",
        "Abonament marzec 2026 r.",
        "od 1 do 31 marca 2026",
        "01.03.2026 do 31.03.2026",
    ],
    "fi": [
        "Vuokra maaliskuu 2026",
        "Vuokra maaliskuulta 2026",
        "1.3.–31.3.2026",
        "1.–31. maaliskuuta 2026",
    ],
}
FIRST_QUARTER = [
    "Q1 2026",
    "1e kwartaal 2026",
    "1. Quartal 2026",
    "1er trimestre 2026",
    "T1 2026",
    "K1 2026",
    "primo trimestre 2026",
    "1:a kvartalet 2026",
    "I kwartał 2026",
    "I kw. 2026",
    "1. neljännes 2026",
    "januari - maart 2026",
    "Januar bis März 2026",
    "de janvier à mars 2026",
    "de enero a marzo de 2026",
    "gennaio - marzo 2026",
    "tammi-maaliskuu 2026",
    "jan - mar 2026",
    "januar til marts 2026",
    "Honoraires du 1er trimestre 2026",
    "kwartaal 1 2026",
    "first quarter 2026",
    "01/2026 - 03/2026",
]
NOTHING = [
    "vanaf maart 2026",
    "sinds maart 2026",
    "seit März 2026",
    "ab März 2026",
    "depuis mars 2026",
    "à partir de mars 2026",
    "jusqu'à mars 2026",
    "desde marzo 2026",
    "hasta marzo 2026",
    "da marzo 2026",
    "fino a marzo 2026",
    "desde março 2026",
    "até março 2026",
    "från mars 2026",
    "sedan mars 2026",
    "till mars 2026",
    "fra marts 2026",
    "til marts 2026",
    "siden mars 2026",
    "od marca 2026",
    "do marca 2026",
    "asti maaliskuu 2026",
    "maaliskuusta 2026",
    "factuur van maart 2026",
    "facture de mars 2026",
    "Rechnung vom 1. März 2026",
    "Order 03/2026",
    "Bestelling 2026-03",
    "Auftrag 03/2026",
    "week 12 2026",
    "KW 12 2026",
    "semaine 12 mars 2026",
    "31/04/2026 - 31/05/2026",
    "31/03/2026 - 01/03/2026",
    "13/13/2026 - 14/14/2026",
    "1 kwartaal",
    "2 trimestres",
    "€ 20 per maand",
    "pro Monat",
    "par mois",
    "Jaarlijkse bijdrage maart 2026",
    "Jahresgebühr März 2026",
    "Licence annuelle mars 2026",
    "v1.3.26",
    "1.2.3.4",
    "24/7 support",
    "12/15",
    "Room T2",
    "Server H1",
    "Building K3",
    "Size S1 2",
    "Set 2026",
    "out 2026",
    "ago 2026",
    "Sie 2026",
    "Mag 2026",
    "Gen 2 2026",
    "01/02/2026",
    "01/02/2026 - 05/02/2026 ref 3",
    "Tom March 2026",
    "March 2026 and mei 2026",
    "Kirchstr. 3-5",
    "Keizersgracht 12-3 2026",
    "IBAN 01-02-03",
    "+31 20 12-03-26",
    "Q5 2026",
    "H3 2026",
    "T5 2026",
    "week 1 t/m 4",
    "maart 2026 en mei 2026",
    "Jan Mei",
    "tot maart 2026",
    "t/m maart 2026",
    "bis März 2026",
    "maj 2026 - marts 2026",
    "eind maart 2026",
    "begin maart 2026",
    "mi-mars 2026",
    "Anfang März 2026",
    "koniec marca 2026",
    "prossimo marzo 2026",
    "elke maart",
    "chaque mars",
    "nästa mars 2026",
]


def days_of(text: str, issued: int = ISSUED) -> tuple[date, date] | None:
    period = resolve(read(text), issued)
    if period is None:
        return None
    return date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1)


@pytest.mark.parametrize("text", [text for texts in MARCH.values() for text in texts])
def test_march(text: str) -> None:
    assert days_of(text) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in MARCH.items() for text in texts])
def test_the_language_told_is_read_alike(language: str, text: str) -> None:
    period = resolve(read(text, language), ISSUED)
    assert period is not None
    assert (period.first_day, period.end_day) == (date(2026, 3, 1).toordinal(), date(2026, 4, 1).toordinal())


@pytest.mark.parametrize("text", FIRST_QUARTER)
def test_first_quarter(text: str) -> None:
    assert days_of(text) == (date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(text: str) -> None:
    assert days_of(text) is None
    assert refusal(read(text), ISSUED)


@settings(max_examples=300)
@given(
    st.sampled_from(LANGUAGES),
    st.dates(date(2023, 1, 1), date(2029, 12, 31)),
    st.integers(1, 300),
    st.sampled_from(["d MMMM y", "d MMM y", "dd.MM.y", "dd/MM/y", "dd-MM-y", "y-MM-dd", "d. MMMM y", "dd.MM.yy"]),
    st.booleans(),
)
def test_what_cldr_formats_is_read_back_or_refused(
    language: str, first: date, days: int, style: str, is_told: bool
) -> None:
    last = date.fromordinal(first.toordinal() + days)
    text = " - ".join(format_date(day, style, locale=language) for day in (first, last))
    period = resolve(read(text, language if is_told else None), first.toordinal())
    if period is None:
        return
    is_to_same_day = first.day == last.day
    assert (period.first_day, period.end_day) == (first.toordinal(), last.toordinal() + (not is_to_same_day))


@given(st.sampled_from(LANGUAGES), st.integers(1, 12), st.sampled_from(["MMMM y", "LLLL y"]))
def test_every_month_that_cldr_formats_is_read(language: str, month: int, style: str) -> None:
    day = date(2026, month, 1)
    found = days_of(format_date(day, style, locale=language), day.toordinal())
    assert found is not None
    assert found[0] == day
