"""Drafts of profiles: each guess with its reason, what cannot be told left open, and always TOML."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.connectors.files.guesses import guess_columns, guess_dates, guess_marks, is_amount, is_date
from billcheck.connectors.files.heading_words import (
    HEADINGS,
    KIND_WORDS,
    OPEN_AMOUNTS,
    STATUS_WORDS,
    has_tax_in_it,
    match,
    meaning_of,
    words_of,
)
from billcheck.connectors.files.profile_draft import OPEN, draft_profile
from billcheck.connectors.files.profile_faults import UnfinishedProblem, faults_of
from billcheck.connectors.files.profile_shape import profile_of
from billcheck.connectors.files.sample import take_sample
from billcheck.errors import LedgerRefusedError

if TYPE_CHECKING:
    from pathlib import Path

DUTCH = """\
Factuurnummer;Factuurdatum;Debiteur;Omschrijving;Aantal;Bedrag excl. btw;Munteenheid;Soort;Status
F-1;31-01-2026;Acme;Retainer;1;1.200,50;EUR;Factuur;Betaald
C-2;28-02-2026;Acme;Retainer;1;-100,00;EUR;Creditnota;Concept
"""


def draft(folder: Path, content: str | bytes, name: str = "export.csv") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return draft_profile(take_sample(name, str(path)))


def read(text: str) -> dict[str, Any]:
    found = tomllib.loads(text)
    kinds = {type(problem) for problem in faults_of("draft", found)}
    assert kinds <= {UnfinishedProblem}, "a draft has no fault but what is left open"
    assert len(faults_of("draft", found)) == text.count(f"# {OPEN}:")
    return found


def comment_above(text: str, key: str) -> str:
    """The comment above a key, as one line."""
    lines = text.splitlines()
    place = next(index for index, line in enumerate(lines) if line.startswith(f"{key} ="))
    start = place
    while lines[start - 1].startswith("# "):
        start -= 1
    return " ".join(line.removeprefix("# ") for line in lines[start:place])


def test_a_file_that_tells_all_gives_a_whole_profile(tmp_path: Path) -> None:
    text = draft(tmp_path, DUTCH)
    assert read(text) == {
        "schema": 1,
        "id": "own.export",
        "title": "Export like export",
        "evidence": "real file",
        "identify": {
            "required": [
                "Factuurnummer", "Factuurdatum", "Debiteur", "Bedrag excl. btw", "Munteenheid", "Soort", "Status",
            ]
        },
        "file": {"delimiter": ";"},
        "values": {"date_order": "day_first", "decimal": ",", "group": "."},
        "columns": {
            "document": "Factuurnummer",
            "issue_date": "Factuurdatum",
            "customer": "Debiteur",
            "description": "Omschrijving",
            "quantity": "Aantal",
            "amount": "Bedrag excl. btw",
            "currency": "Munteenheid",
        },
        "kind": {"column": "Soort", "invoice": ["Factuur"], "credit_note": ["Creditnota"]},
        "status": {"column": "Status", "approved": ["Betaald"], "draft": ["Concept"]},
    }  # fmt: skip
    assert profile_of(text).id == "own.export"
    assert comment_above(text, "date_order") == '"31-01-2026" in row 2 can be read in no other order.'
    assert comment_above(text, "decimal") == '"1.200,50" can be read in no other way.'
    assert comment_above(text, "amount") == 'The heading says so. First value: "1.200,50".'


def test_every_guess_stands_below_a_comment(tmp_path: Path) -> None:
    lines = draft(tmp_path, DUTCH).splitlines()
    keys = [index for index, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    bare = [lines[index] for index in keys if not lines[index - 1].startswith("# ")]
    assert bare == ["schema = 1", 'evidence = "real file"'], "which are no guesses"


@pytest.mark.parametrize("heading", ["Amount", "Bedrag", "Betrag", "Montant", "Total", "LineAmount"])
def test_an_amount_that_may_hold_tax_is_left_open(tmp_path: Path, heading: str) -> None:
    text = draft(tmp_path, DUTCH.replace("Bedrag excl. btw", heading))
    assert read(text)["columns"]["amount"] == ""
    assert f'"{heading}" may be it, but nothing says whether tax is in these amounts' in comment_above(text, "amount")
    assert "including_tax" not in text, "there is no tax column to take off"
    with_tax = draft(tmp_path, DUTCH.replace("Bedrag excl. btw", heading).replace("Aantal", "Btw"))
    assert 'write also amounts = "including_tax" under [values]' in comment_above(with_tax, "amount")


@pytest.mark.parametrize("heading", ["Bedrag incl. btw", "Montant TTC", "Bruttobetrag", "Gross amount"])
def test_an_amount_that_says_tax_is_in_it_is_never_taken(tmp_path: Path, heading: str) -> None:
    assert read(draft(tmp_path, DUTCH.replace("Bedrag excl. btw", heading)))["columns"]["amount"] == ""


def test_an_amount_that_repeats_within_each_document_is_left_open(tmp_path: Path) -> None:
    rows = DUTCH + "F-1;31-01-2026;Acme;Extra;1;1.200,50;EUR;Factuur;Betaald\n"
    text = draft(tmp_path, rows)
    assert read(text)["columns"]["amount"] == ""
    assert "says the same on every row of a document" in comment_above(text, "amount")
    other = rows.replace("Extra;1;1.200,50", "Extra;1;1.200,51")
    assert read(draft(tmp_path, other))["columns"]["amount"] == "Bedrag excl. btw"


def test_what_no_column_says_is_left_open(tmp_path: Path) -> None:
    text = draft(tmp_path, "Nr,When,Who,Net\n1,2026-01-31,Acme,1.50\n2,2026-02-28,Beta,2.50\n")
    found = read(text)
    assert {key: found["columns"][key] for key in ("document", "issue_date", "customer", "amount")} == {
        "document": "",
        "issue_date": "",
        "customer": "",
        "amount": "Net",
    }
    assert comment_above(text, "issue_date") == f'{OPEN}: no heading tells where it is; what may hold it: "When".'
    assert comment_above(text, "customer").endswith('what may hold it: "Who".')
    assert (found["kind"], found["status"]) == ({"default": ""}, {"default": ""})
    assert 'Write "invoice" if all are invoices' in comment_above(text, "default")
    assert 'Write "approved" if the export holds neither drafts nor cancelled documents' in text.replace("\n# ", " ")
    assert "say it with --currency EUR" in text
    assert "currency" not in found["columns"]
    assert 'Not used: "Nr", "When", "Who".' in text


def test_headings_that_only_have_a_word_in_them_are_taken_if_alone(tmp_path: Path) -> None:
    text = draft(tmp_path, DUTCH.replace("Debiteur;", "Naam debiteur kort;"))
    assert comment_above(text, "customer").startswith('The heading has "debiteur" in it.')
    both = draft(tmp_path, DUTCH.replace("Debiteur;Omschrijving", "Debiteur plaats;Debiteur straat"))
    assert read(both)["columns"]["customer"] == ""
    assert comment_above(both, "customer") == f'{OPEN}: one of "Debiteur plaats", "Debiteur straat".'


def test_columns_of_one_heading_are_no_field(tmp_path: Path) -> None:
    found = read(draft(tmp_path, DUTCH.replace("Omschrijving", "Debiteur")))
    assert found["columns"]["customer"] == ""


def test_slips_in_a_column_are_told(tmp_path: Path) -> None:
    rows = (
        DUTCH + "F-3;31-01-2026;Acme;Extra;1;abc;EUR;Factuur;Betaald\nF-4;soon;Acme;Extra;1;1,00;EUR;Factuur;Betaald\n"
    )
    text = draft(tmp_path, rows)
    assert comment_above(text, "amount").endswith('; "abc" in row 4 is none.')
    assert comment_above(text, "issue_date").endswith('; "soon" in row 5 is none.')
    assert read(text)["values"]["decimal"] == ","


def test_words_that_are_not_known_are_left_open(tmp_path: Path) -> None:
    rows = DUTCH + "X-3;31-01-2026;Acme;Extra;1;1,00;EUR;Zaterdag;\n"
    text = draft(tmp_path, rows)
    found = read(text)
    assert found["kind"] == {"column": "Soort", "invoice": ["Factuur"], "credit_note": ["Creditnota"], "default": ""}
    assert f'# {OPEN}: put each of "Zaterdag" into one of the lists invoice, credit_note, other' in text
    assert found["status"]["default"] == ""
    assert f"# {OPEN}: what an empty cell means; the column has some." in text
    strange = DUTCH.replace("Betaald", "Q").replace("Concept", "Z")
    text = draft(tmp_path, strange)
    assert read(text)["status"] == {"column": "Status", "approved": [""]}
    assert 'none of its words is known. Put each into one of the lists approved, draft, void: "Q", "Z"' in text


def test_the_rows_of_a_document_that_lean_on_the_first_are_seen(tmp_path: Path) -> None:
    text = draft(tmp_path, DUTCH + ";;;Extra;1;5,00;;;\n")
    assert read(text)["fill_down"] == {
        "columns": ["Factuurnummer", "Factuurdatum", "Debiteur", "Munteenheid", "Soort", "Status"]
    }
    assert "fill_down" not in draft(tmp_path, DUTCH + ";28-02-2026;;Extra;1;5,00;;;\n")


def test_titles_above_the_headings_are_no_headings(tmp_path: Path) -> None:
    text = draft(tmp_path, f"Invoices;2026;January;Total;x;x;x;x;x\n\n{DUTCH}")
    assert read(text)["columns"]["document"] == "Factuurnummer"
    assert "# The headings were found in row 3." in text


def test_the_encoding_is_tried_strictly(tmp_path: Path) -> None:
    german = DUTCH.replace("Acme", "Müller")
    assert "encoding" not in read(draft(tmp_path, german))["file"]
    assert "encoding" not in read(draft(tmp_path, german.encode("utf-16")))["file"]
    assert "encoding" not in read(draft(tmp_path, german.encode("utf-8-sig")))["file"]
    text = draft(tmp_path, german.encode("cp1252"))
    assert read(text)["file"]["encoding"] == "cp1252"
    assert comment_above(text, "encoding").endswith('"Müller" has to look right.')
    text = draft(tmp_path, german.encode("cp1252").replace(b"Retainer", b"\x81"))
    assert read(text)["file"]["encoding"] == ""
    assert "neither text in UTF-8 nor in cp1252" in comment_above(text, "encoding")


@pytest.mark.parametrize(
    ("texts", "decimal", "group"),
    [
        (["1,200.00"], ".", ","),
        (["1.200,00"], ",", "."),
        (["12,5"], ",", "."),
        (["1 200,50"], ",", " "),
        (["1'200.50"], ".", "'"),
        (["$1,200.50", "-3.00"], ".", ","),
        (["kr 1.200,50"], ",", "."),
        (["1200", "7"], ".", ","),
        (["1.200", "7"], None, ","),
        (["1.200", "7,5"], ",", "."),
        (["1.5", "7,5"], None, ","),
        ([], None, ","),
    ],
)
def test_how_amounts_are_written(texts: list[str], decimal: str | None, group: str) -> None:
    found = guess_marks(list(enumerate(texts, start=2)))
    assert (found.decimal.value, found.group) == (decimal, group)


def test_why_no_decimal_mark_is_told() -> None:
    mixed = guess_marks([(2, "1.5"), (3, "7,5")]).decimal.reason
    assert mixed == 'no one way of writing fits all amounts: "1.5" in row 2, "7,5" in row 3'
    assert '"1.200" can be read in two ways' in guess_marks([(2, "1.200")]).decimal.reason


def test_amounts_below_zero() -> None:
    cells = [(2, "(5.00)"), (3, "5.00-"), (4, "1.00 CR"), (5, "2.00")]
    assert guess_marks(cells).negative == ("trailing-", "()", "CR")
    assert guess_marks([(2, "2.00")]).negative == ("-",)


@pytest.mark.parametrize(
    ("texts", "order", "formats"),
    [
        (["2026-01-31"], None, None),
        (["05/05/2026"], None, None),
        (["01/02/2026", "31/01/2026"], "day_first", None),
        (["01/31/2026"], "month_first", None),
        (["5 Jan 2026"], None, "%d %b %Y"),
        (["January 5, 2026"], None, "%B %d, %Y"),
        (["31/01/26", "01/02/26"], None, "%d/%m/%y"),
        (["20260131"], None, "%Y%m%d"),
    ],
)
def test_how_dates_are_written(texts: list[str], order: str | None, formats: str | None) -> None:
    found = guess_dates(list(enumerate(texts, start=2)))
    assert (found.order.value if found.order else None) == order
    assert (found.formats.value if found.formats else None) == formats


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["01/02/2026"], 'write "day_first" or "month_first": "01/02/2026" is 2026-02-01 (day first) or 2026-01-02'),
        (["31/01/2026", "01/31/2026"], 'mixes two orders: "31/01/2026" in row 2 and "01/31/2026" in row 3.'),
        (["01/02/26"], '"01/02/26" can be read by "%d/%m/%y", "%m/%d/%y": write the one that is meant'),
        (["5 Jan 2026", "20260131"], 'several ways, such as "5 Jan 2026" and, in row 2, "5 Jan 2026"'),
    ],
)
def test_dates_that_could_be_read_in_two_ways_are_left_open(texts: list[str], reason: str) -> None:
    found = guess_dates(list(enumerate(texts, start=2)))
    (guess,) = [one for one in (found.order, found.formats) if one is not None]
    assert guess.value is None
    assert reason in guess.reason


def test_a_sign_that_means_one_currency_is_a_guess(tmp_path: Path) -> None:
    rows = "Invoice,Date,Client,Net\n1,2026-01-31,Acme,{}\n2,2026-01-31,Beta,{}\n"
    text = draft(tmp_path, rows.format("€1.50", "€2.00"))
    assert read(text)["columns"]["currency"] == {"const": "EUR"}
    assert comment_above(text, "currency") == 'Every amount bears it, such as "€1.50".'
    for first, second in (("$1.50", "$2.00"), ("€1.50", "2.00"), ("€1.50", "£2.00")):
        assert "currency" not in read(draft(tmp_path, rows.format(first, second)))["columns"]


def test_cells_that_say_nothing_are_named(tmp_path: Path) -> None:
    text = draft(tmp_path, DUTCH + "F-3;-;Acme;Extra;1;n/a;EUR;Factuur;Betaald\n")
    assert read(text)["values"]["missing"] == ["-", "n/a"]


LANGUAGES = {
    "en": "Invoice Number;Invoice Date;Customer Name;Net amount;Currency;Period start;Period end",
    "nl": "Factuurnummer;Factuurdatum;Klant;Bedrag exclusief btw;Valuta;Periode van;Periode tot en met",
    "de": "Rechnungsnummer;Rechnungsdatum;Kunde;Nettobetrag;Währung;Leistung von;Leistung bis",
    "fr": "Numéro de facture;Date de facture;Client;Montant HT;Devise;Période du;Période au",
    "es": "Número de factura;Fecha de factura;Cliente;Base imponible;Moneda;Desde;Hasta",
    "it": "Numero fattura;Data fattura;Cliente;Imponibile;Valuta;Inizio periodo;Fine periodo",
    "pt": "Número da fatura;Data da fatura;Nome do cliente;Valor sem IVA;Moeda;Início do período;Fim do período",
    "sv": "Fakturanummer;Fakturadatum;Kund;Belopp exkl. moms;Valuta;Period från;Period till",
    "da": "Fakturanummer;Fakturadato;Kunde;Beløb ekskl. moms;Valuta;Periode fra;Periode til",
    "nb": "Fakturanr;Fakturadato;Kundenavn;Beløp eks. mva;Valuta;Fra;Til",
    "pl": "Numer faktury;Data wystawienia;Nazwa klienta;Wartość netto;Waluta;Okres od;Okres do",
    "fi": "Laskun numero;Laskun päiväys;Asiakas;Veroton summa;Valuutta;Jakson alku;Jakson loppu",
}
FIELDS = ["document", "issue_date", "customer", "amount", "currency", "period_first_day", "period_last_day"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_known_in_each_language(tmp_path: Path, language: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{LANGUAGES[language]}\nF-1;2026-01-31;Acme;12,50;EUR;2026-01-01;2026-01-31\n", encoding="utf-8")
    sample = take_sample("export.csv", str(path))
    found = guess_columns(sample).places
    assert [sample.headings[found[field]] if field in found else "" for field in FIELDS] == list(sample.headings)


def test_a_word_has_one_meaning() -> None:
    for meanings in (KIND_WORDS, STATUS_WORDS):
        words = [word for known in meanings.values() for word in known]
        assert len(words) == len(set(words))
    assert not set(HEADINGS["amount"]) & set(OPEN_AMOUNTS)
    assert not any(map(has_tax_in_it, HEADINGS["amount"]))
    for phrases in (*HEADINGS.values(), OPEN_AMOUNTS):
        assert all(words_of(phrase) == phrase for phrase in phrases)


def test_words_are_folded() -> None:
    assert words_of("  Währungs_Code (ISO)") == "wahrungs code iso"
    assert words_of("InvoiceNumber") == "invoice number"
    assert meaning_of("Credit-Note", KIND_WORDS) == "credit_note"
    assert meaning_of("Something", KIND_WORDS) == ""
    assert match("Due to", HEADINGS["period_last_day"]) is None, "short words count only alone"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("just a text\nand another\n", "No row looks like the headings of a table"),
        ("\n\n", "No row looks like the headings"),
        (b"PK\x03\x04", "The workbook is cut off"),
        (b"\xd0\xcf\x11\xe0", "XLS, or XLSX with a password"),
        ("\n<Invoice/>", "This is XML, and nothing is drafted from it"),
        ("A,B,C\nAcme,,\n,1,2.00\nTotal for Acme,,2.00\n", "row 4: This is a report with groups and their totals"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: str | bytes, fault: str) -> None:
    with pytest.raises(LedgerRefusedError, match=fault):
        draft(tmp_path, content)


CELLS = st.one_of(
    st.sampled_from(
        ["", "-", "1.200", "1,5", "(3.00)", "€ 5", "01/02/2026", "5 Jan 2026", "EUR", "Invoice", "Paid", "x"]
    ),
    st.text(max_size=8),
)
NAMES = st.one_of(
    st.sampled_from([phrase for phrases in HEADINGS.values() for phrase in phrases] + list(OPEN_AMOUNTS)),
    st.text(max_size=12),
)


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_draft_is_toml_without_other_faults(tmp_path: Path, data: st.DataObject) -> None:
    names = data.draw(st.lists(NAMES, min_size=2, max_size=8))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=5))
    text = io.StringIO()
    csv.writer(text, delimiter=data.draw(st.sampled_from(",;\t"))).writerows([names, *rows])
    path = tmp_path / "export.csv"
    path.write_bytes(text.getvalue().encode("utf-8", "replace"))
    try:
        sample = take_sample(data.draw(st.sampled_from(["export.csv", 'a"b\n.csv', "\u202e"])), str(path))
    except LedgerRefusedError:
        return
    written = draft_profile(sample)
    found = read(written)
    if not re.search(rf"^# {OPEN}:", written, re.MULTILINE):
        profile_of(written)
    for name in found["columns"].values():
        assert isinstance(name, dict) or name == "" or name in sample.headings


@given(st.text(max_size=12))
def test_any_text_may_be_asked_about(text: str) -> None:
    assert is_amount(text) in {True, False}
    assert is_date(text) in {True, False}
