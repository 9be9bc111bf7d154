"""The words of drafted lines and documents in the languages of a client.

Comes in: a language. Goes out: its words, chosen so that the reader of service periods finds the period of a line and
takes no other date for one. Must not know documents or how texts are put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

DraftLanguage = Literal["en", "nl", "de", "fr"]
Why = Literal["difference", "part", "missed", "change", "excess"]
DRAFT_LANGUAGES: tuple[DraftLanguage, ...] = get_args(DraftLanguage)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWords:
    """The words of one language.

    `through` joins two days of which the last is included. `difference`, `part`, `missed`, `change` and `excess` say
    what a line makes up for; the rest are sentences that say why a document exists, `explained` after a comma.
    """

    service_period: str
    through: str
    difference: str
    part: str
    missed: str
    change: str
    excess: str
    invoice: str
    invoices: str
    dated: str
    joined: str
    supplementary: str
    stays_valid: str
    regular: str
    next_with: str
    credit: str
    explained: str


WORDS: Mapping[DraftLanguage, LineWords] = {
    "en": LineWords(
        service_period="Service period",
        through="through",
        difference="difference to the agreed price",
        part="part of the difference to the agreed price",
        missed="not billed before",
        change="agreed change",
        excess="billed above the agreed price",
        invoice="invoice",
        invoices="invoices",
        dated="dated",
        joined="and",
        supplementary="Difference to the agreed price for periods that were billed too low",
        stays_valid="earlier invoices stay valid",
        regular="Invoice at the agreed price",
        next_with="Invoice at the agreed price, with the difference for earlier periods that were billed too low",
        credit="Credit for periods that were billed above the agreed price",
        explained="as explained in our notice of {day}",
    ),
    "nl": LineWords(
        service_period="Periode",
        through="t/m",
        difference="verschil met de afgesproken prijs",
        part="deel van het verschil met de afgesproken prijs",
        missed="niet eerder gefactureerd",
        change="afgesproken wijziging",
        excess="boven de afgesproken prijs gefactureerd",
        invoice="factuur",
        invoices="facturen",
        dated="gedateerd",
        joined="en",
        supplementary="Verschil met de afgesproken prijs over periodes die te laag zijn gefactureerd",
        stays_valid="eerdere facturen blijven geldig",
        regular="Factuur tegen de afgesproken prijs",
        next_with=(
            "Factuur tegen de afgesproken prijs, met het verschil over eerdere periodes die te laag zijn gefactureerd"
        ),
        credit="Creditering van periodes die boven de afgesproken prijs zijn gefactureerd",
        explained="zoals toegelicht in ons bericht van {day}",
    ),
    "de": LineWords(
        service_period="Leistungszeitraum",
        through="bis",
        difference="Differenz zum vereinbarten Preis",
        part="Teil der Differenz zum vereinbarten Preis",
        missed="bisher nicht berechnet",
        change="vereinbarte Änderung",
        excess="über dem vereinbarten Preis berechnet",
        invoice="Rechnung",
        invoices="Rechnungen",
        dated="mit Datum",
        joined="und",
        supplementary="Differenz zum vereinbarten Preis für Zeiträume, die zu niedrig berechnet wurden",
        stays_valid="frühere Rechnungen bleiben gültig",
        regular="Rechnung zum vereinbarten Preis",
        next_with=(
            "Rechnung zum vereinbarten Preis, mit der Differenz für frühere Zeiträume, die zu niedrig berechnet wurden"
        ),
        credit="Gutschrift für Zeiträume, die über dem vereinbarten Preis berechnet wurden",
        explained="wie in unserem Schreiben vom {day} erläutert",
    ),
    "fr": LineWords(
        service_period="Période",
        through="au",
        difference="différence avec le prix convenu",
        part="partie de la différence avec le prix convenu",
        missed="pas encore facturé",
        change="modification convenue",
        excess="facturé au-dessus du prix convenu",
        invoice="facture",
        invoices="factures",
        dated="en date du",
        joined="et",
        supplementary="Différence avec le prix convenu pour des périodes facturées trop bas",
        stays_valid="les factures précédentes restent valables",
        regular="Facture au prix convenu",
        next_with="Facture au prix convenu, avec la différence pour des périodes précédentes facturées trop bas",
        credit="Avoir pour des périodes facturées au-dessus du prix convenu",
        explained="comme expliqué dans notre courrier du {day}",
    ),
}

ENGLISH = WORDS["en"]
