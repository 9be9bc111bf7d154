"""What exports call their columns, kinds and states, in the languages that texts are read in.

Comes in: a heading or a word of a file. Goes out: the field or the meaning it most likely has, for a draft that a
person looks over; nothing is read by these words. Must not know files or profiles.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> str:
    """A heading or word to compare: lower case, no accents, one space between words, also before a capital in one."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    plain = unicodedata.normalize("NFKD", spaced).casefold()
    return " ".join(_WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))


def is_total_word(text: str) -> bool:
    """Whether a text is no more than the word for a total."""
    return words_of(text) in TOTALS


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words_of(phrase) for phrase in text.split(",") if phrase.strip()))


HEADINGS: dict[str, tuple[str, ...]] = {
    "document": _phrases(
        """invoice number, invoice no, invoice nr, invoice num, invoice #, invoice id, document number,
        document no, document, invoice, number, num, no, factuurnummer, factuurnr, factuur, nummer,
        documentnummer, rechnungsnummer, rechnungsnr, rechnung nr, rechnungs nr, belegnummer, belegnr,
        rechnung, numero de facture, n de facture, no facture, facture, piece, numero de factura, n factura,
        factura, numero, numero fattura, n fattura, fattura, numero da fatura, n fatura, fatura,
        fakturanummer, fakturanr, faktura nr, faktura, fakturanumero, numer faktury, nr faktury, laskun
        numero, laskunumero, lasku"""
    ),
    "issue_date": _phrases(
        """invoice date, issue date, date issued, document date, date, factuurdatum, datum, boekdatum,
        rechnungsdatum, belegdatum, date de facture, date facture, date d emission, fecha de factura, fecha
        factura, fecha de emision, fecha, data fattura, data documento, data da fatura, data de emissao,
        data, fakturadatum, fakturadato, dato, data wystawienia, data faktury, laskun paivays, laskupaiva,
        paivamaara, pvm"""
    ),
    "due_date": _phrases(
        """due date, date due, payment due, vervaldatum, uiterste betaaldatum, falligkeitsdatum, faellig am,
        fallig am, date d echeance, echeance, fecha de vencimiento, vencimiento, data scadenza, scadenza,
        data de vencimento, forfallodatum, forfaldsdato, forfallsdato, termin platnosci, erapaiva"""
    ),
    "customer": _phrases(
        """customer name, client name, customer, client, contact name, account name, bill to, company name,
        debtor, klant, klantnaam, debiteur, debiteurnaam, relatie, kunde, kundenname, kundename, debitor,
        nom du client, nombre del cliente, cliente, nome cliente, ragione sociale, nome do cliente, kund,
        kundnamn, kundenavn, klient, nazwa klienta, kontrahent, nabywca, asiakas, asiakkaan nimi"""
    ),
    "customer_id": _phrases(
        """customer id, customer number, customer no, client id, client number, contact id, account number,
        klantnummer, klantcode, debiteurnummer, relatiecode, kundennummer, kundennr, debitorennummer, numero
        de client, code client, codigo de cliente, codice cliente, codigo do cliente, kundnummer,
        kundenummer, kundenr, numer klienta, asiakasnumero"""
    ),
    "description": _phrases(
        """line description, item description, item desc, description, details, memo, text, product service,
        regelomschrijving, omschrijving, factuurregel, beschreibung, bezeichnung, positionstext,
        buchungstext, libelle, designation, descripcion, concepto, descrizione, causale, descricao,
        beskrivning, beskrivelse, tekst, opis, nazwa towaru lub uslugi, kuvaus, selite"""
    ),
    "item": _phrases(
        """item code, product code, sku, item name, item, product, artikelcode, artikelnummer, artikel,
        artikelnr, code article, reference article, article, codigo de articulo, articulo, codice articolo,
        articolo, codigo do artigo, artigo, varenummer, kod towaru, tuotekoodi, tuote"""
    ),
    "account": _phrases(
        """account code, gl account, nominal code, revenue account, account, grootboekrekening, grootboek,
        sachkonto, erloskonto, konto, compte, cuenta, cuenta contable, conto, conta, kontonummer, tili"""
    ),
    "quantity": _phrases(
        """quantity, qty, hours, units, aantal, hoeveelheid, menge, anzahl, quantite, cantidad, quantita,
        quantidade, antal, kvantitet, antall, ilosc, maara"""
    ),
    "unit_price": _phrases(
        """unit price, unit amount, price each, rate, price, prijs per eenheid, stukprijs, stuksprijs, tarief, prijs,
        einzelpreis, stuckpreis, preis, prix unitaire, precio unitario, precio, prezzo unitario, prezzo,
        preco unitario, a pris, enhedspris, enhetspris, pris, cena jednostkowa, cena, yksikkohinta, a hinta"""
    ),
    "amount": _phrases(
        """net amount, amount net, amount excl tax, amount excl vat, amount excluding tax, amount excluding
        vat, amount ex vat, amount ex tax, amount before tax, amount without tax, amount before sales tax,
        line subtotal, net, excl vat, excl tax, bedrag excl btw, bedrag exclusief btw, excl btw, exclusief
        btw, nettobedrag, netto, nettobetrag, netto betrag, betrag netto, montant ht, total ht, montant hors
        taxes, hors taxes, ht, base imponible, importe neto, importe sin iva, sin iva, imponibile, importo
        netto, netto iva esclusa, iva esclusa, valor liquido, valor sem iva, sem iva, belopp exkl moms, exkl
        moms, nettobelopp, belob ekskl moms, ekskl moms, nettobelob, belop eks mva, eks mva, nettobelop,
        wartosc netto, kwota netto, veroton summa, summa alv 0, veroton"""
    ),
    "tax": _phrases(
        """tax amount, vat amount, sales tax, gst amount, tax, vat, gst, btw bedrag, btw, mwst betrag, mwst,
        ust, umsatzsteuer, steuerbetrag, montant tva, tva, importe iva, cuota iva, iva, importo iva, valor
        iva, moms, momsbelob, mva, mva belop, kwota vat, alv, veron maara"""
    ),
    "currency": _phrases(
        """currency code, currency, curr, iso currency, valuta, valutacode, munteenheid, wahrung, waehrung,
        wahrungscode, devise, monnaie, moneda, divisa, moeda, waluta, valuutta"""
    ),
    "period_first_day": _phrases(
        """period start, service start, period from, service period start, start of period, billing period
        start, date from, from date, start date, from, periode van, begindatum, startdatum, van, leistung
        von, leistungsbeginn, zeitraum von, von, debut de periode, periode du, du, inicio del periodo,
        desde, inizio periodo, dal, inicio do periodo, de, period fran, fran, periode fra, fra, okres od,
        od, jakson alku, alkaen"""
    ),
    "period_last_day": _phrases(
        """period end, service end, period to, service period end, end of period, billing period end, date to,
        to date, end date, to, periode tot en met, periode tot, periode t m, einddatum, tot en met, t m,
        tot, leistung bis, leistungsende, zeitraum bis, bis, fin de periode, periode au, au, fin del
        periodo, hasta, fine periodo, al, fim do periodo, ate, period till, till, periode til, til, okres
        do, do, jakson loppu, saakka"""
    ),
    "contract": _phrases(
        """contract number, contract id, contract no, contract, agreement, subscription id, subscription,
        recurrence name, contractnummer, abonnement, overeenkomst, vertragsnummer, vertrag, abo, numero de
        contrat, contrat, numero de contrato, contrato, numero contratto, contratto, avtalsnummer, avtal,
        aftale, avtale, numer umowy, umowa, sopimusnumero, sopimus"""
    ),
    "reference": _phrases(
        """reference, your reference, po number, purchase order, ref, referentie, uw referentie, kenmerk,
        referenz, ihr zeichen, bestellnummer, votre reference, su referencia, referencia, riferimento, sua
        referencia, referens, er referens, deres reference, deres referanse, referencja, viite"""
    ),
    "credits_document": _phrases(
        """credited invoice, original invoice, credits invoice, preceding invoice, corrects invoice,
        gecrediteerde factuur, oorspronkelijke factuur, ursprungsrechnung, stornierte rechnung, facture d
        origine, factura rectificada, fattura collegata, fatura de origem, krediterar faktura, krediteret
        faktura, kreditert faktura, faktura korygowana, hyvitetty lasku"""
    ),
    "kind": _phrases(
        """document type, invoice type, transaction type, type, kind, soort document, soort, documentsoort,
        belegart, art, dokumentart, type de document, tipo de documento, tipo documento, tipo, dokumenttyp,
        typ, dokumenttype, rodzaj dokumentu, rodzaj, laji, tyyppi"""
    ),
    "status": _phrases(
        """invoice status, status, state, factuurstatus, stand, rechnungsstatus, zustand, statut, etat, estado,
        stato, situacao, tila"""
    ),
}
"""What the column of a field is called, the surest first."""

OPEN_AMOUNTS = _phrases(
    """line amount, line total, item total, amount, total, value, subtotal, bedrag, regelbedrag, totaal,
        betrag, summe, gesamt, montant, importe, importo, totale, valor, belopp, summa, belob, belop,
        beloep, kwota, wartosc, suma, summa"""
)
"""Headings of amounts that do not say whether tax is in them."""

TOTALS = frozenset(
    _phrases(
        """total, totals, grand total, sub total, subtotal, total general, sous total, totaal, eindtotaal, subtotaal,
        summe, gesamt, gesamtsumme, zwischensumme, totale, subtotale, suma, soma, summa, i alt, razem"""
    )
)
"""What the row of a total is called."""

WITH_TAX = frozenset(
    _phrases(
        """incl, inclusive, including, gross, brutto, inclusief, bruttobetrag, bruttobedrag, ttc, inkl,
        inklusive, con, ivato, lordo, bruto, compris, incluido, incluso, verollinen, sis"""
    )
)
"""Words of a heading that say that tax is in its amounts."""

KIND_WORDS: dict[str, frozenset[str]] = {
    "invoice": frozenset(
        _phrases(
            """invoice, sales invoice, tax invoice, inv, si, factuur, verkoopfactuur, rechnung, ausgangsrechnung,
        facture, factura, fattura, fatura, faktura, lasku, myyntilasku, debit, d"""
        )
    ),
    "credit_note": frozenset(
        _phrases(
            """credit note, credit memo, credit, cr, sc, sales credit note, creditnota, creditfactuur, gutschrift,
        rechnungskorrektur, storno, avoir, note de credit, nota de credito, abono, factura rectificativa,
        nota di credito, kreditfaktura, kreditnota, faktura korygujaca, korekta, hyvityslasku, c"""
        )
    ),
    "other": frozenset(
        _phrases(
            """payment, receipt, refund, deposit, prepayment, overpayment, estimate, quote, journal, betaling,
        ontvangst, offerte, zahlung, angebot, paiement, devis, pago, presupuesto, pagamento, preventivo,
        orcamento, betalning, offert, tilbud, platnosc, oferta, maksu, tarjous"""
        )
    ),
}
STATUS_WORDS: dict[str, frozenset[str]] = {
    "approved": frozenset(
        _phrases(
            """sent, paid, partially paid, partly paid, unpaid, open, overdue, awaiting payment, approved,
        authorised, authorized, final, finalized, posted, issued, viewed, outstanding, due, closed,
        verzonden, betaald, openstaand, definitief, gesendet, versendet, bezahlt, offen, uberfallig,
        gebucht, envoyee, payee, impayee, validee, enviada, pagada, pendiente, vencida, inviata, pagata,
        emessa, scaduta, paga, emitida, skickad, betald, obetald, bogford, sendt, betalt, bokfort,
        forfalden, wyslana, oplacona, zaplacona, wystawiona, lahetetty, maksettu, avoin"""
        )
    ),
    "draft": frozenset(
        _phrases(
            """draft, awaiting approval, pending approval, submitted, concept, entwurf, brouillon, borrador, bozza,
        rascunho, utkast, kladde, szkic, robocza, luonnos"""
        )
    ),
    "void": frozenset(
        _phrases(
            """void, voided, cancelled, canceled, deleted, rejected, vervallen, geannuleerd, storniert, annulliert,
        annulee, anulada, cancelada, annullata, makulerad, annulleret, annullert, slettet, anulowana,
        mitatoity, peruttu"""
        )
    ),
}


class Match(NamedTuple):
    """How a heading fits a field: the phrase, its rank (0 is the surest), and whether it is the whole heading."""

    phrase: str
    rank: int
    is_whole: bool


def match(heading: str, phrases: tuple[str, ...]) -> Match | None:
    """The surest phrase that a heading is, or else has in it as whole words; None where there is none.

    Short words such as ``no`` or ``to`` count only as a whole heading.
    """
    words = words_of(heading)
    if words in phrases:
        return Match(words, phrases.index(words), is_whole=True)
    for rank, phrase in enumerate(phrases):
        if len(phrase) > 4 and f" {phrase} " in f" {words} ":  # noqa: PLR2004 - shorter words stand in any heading
            return Match(phrase, rank, is_whole=False)
    return None


def has_tax_in_it(heading: str) -> bool:
    """Whether a heading says that its amounts include tax."""
    return not WITH_TAX.isdisjoint(words_of(heading).split())


def meaning_of(word: str, meanings: dict[str, frozenset[str]]) -> str:
    """What a word of a kind or status column most likely means; empty where it is not known."""
    folded = words_of(word)
    return next((meaning for meaning, known in meanings.items() if folded in known), "")
