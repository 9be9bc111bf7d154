"""Every kind of finding says what it found in a sentence a bookkeeper would use, and what settles it.

Each sentence comes from a case of `tests/cases`, with its figures.
"""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from billcheck.findings import KINDS, Severity
from billcheck.report.table import to_lines
from tests.test_cases import CASES, read_case, run

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = {
    "underbilled": (
        "status-underbilled",
        "Acme BV, Fee, 2026-03: billed 50.00 EUR of 100.00 EUR agreed: 50.00 EUR short.",
    ),
    "missing": ("status-missing", "Acme BV, Fee, 2026-02: 100.00 EUR was agreed and nothing was billed."),
    "overbilled": (
        "min-amount-reached",
        "Acme BV, Fee, 2026-03: billed 106.00 EUR, agreed 100.00 EUR: 6.00 EUR too much.",
    ),
    "duplicate": (
        "finding-duplicate",
        "Acme BV, Fee, 2026-02: billed twice: 200.00 EUR against 100.00 EUR agreed, 100.00 EUR too much.",
    ),
    "currency_mismatch": (
        "finding-currency-mismatch",
        "Acme BV, Fee, 2026-02: a line in another currency than EUR may bill this; 100.00 EUR was agreed.",
    ),
    "credited_not_rebilled": (
        "credit-by-negative-invoice-of-a-period",
        "Acme BV, Fee, 2026-02: 40.00 EUR of the 100.00 EUR agreed was credited and not billed again.",
    ),
    "never_billed": (
        "finding-never-billed",
        (
            "Borealis Ltd: the ledger holds no line at all for contract C-2, of which 240.00 EUR is due. Check the "
            "customer's name in the ledger, then set matching.aliases, or matching.confirmed = true."
        ),
    ),
    "unmatched": ("finding-unmatched", "Acme BV, INV-4 line 1, 25.00 EUR: no charge of this customer fits the line."),
    "ambiguous": (
        "finding-ambiguous",
        (
            "Acme BV, INV-2 line 1, 70.00 EUR: several charges fit the line and nothing tells them apart: "
            'C-1 "Support" or C-1 "Hosting".'
        ),
    ),
    "unapproved": (
        "finding-unapproved",
        "Acme BV, Fee, 2026-03: a draft would bill 100.00 EUR; it is not approved, so it does not count.",
    ),
    "out_of_term": (
        "finding-out-of-term",
        "Acme BV, INV-4 line 1, 100.00 EUR: its period lies outside the term of the charge.",
    ),
    "placeholder": (
        "finding-placeholder",
        (
            "Acme BV, INV-1 line 1: the text says [Month Year] where a date or period should stand, so the period was "
            "taken from the invoice date."
        ),
    ),
    "expired_still_billed": (
        "finding-expired-still-billed",
        "Acme BV, Fee: ended on 2026-03-31, and 300.00 EUR were billed since, by INV-6, INV-4, INV-5.",
    ),
    "mislabelled_period": (
        "finding-mislabelled-period",
        (
            "Acme BV, Fee: 2026-01 also stands on INV-2, INV-3, a text copied from another invoice; the 200.00 "
            "EUR were counted by date."
        ),
    ),
    "possible_duplicate": (
        "possible-duplicate-of-two-halves",
        (
            "Acme BV, Hosting: INV-7 of 2026-03-31 is like INV-6 in day and amount, 310.00 EUR. It was counted for "
            "2025-10, 2025-11, where just as much lacked. If it is a duplicate, credit it, and bill those."
        ),
    ),
    "habit": ("block-quarterly", "Acme BV, Fee: one invoice covers 3 periods, where the contract has one for each."),
    "open_credit": (
        "credit-beyond-the-document",
        "Acme BV, CN-1 line 1, -50.00 EUR: the credit exceeds what it takes back.",
    ),
    "tax_mismatch": (
        "tax-right-but-one",
        (
            "Acme BV, Support, invoiced 2026-02-01: 40.00 EUR was billed at 6% tax, 21% was agreed: the tax is 6.00 "
            "EUR short."
        ),
    ),
    "uplift_not_exercised": (
        "uplift-without-notice",
        (
            "Acme BV, Fee: the uplift of 3 % on 2026-01-01 was not made use of, as the contract states no notice by "
            "2025-12-02; the price stays as it was."
        ),
    ),
    "sequence_gap": (
        "finding-sequence-gap",
        "Of the documents INV-0095 to INV-0107, 1 number is not in the ledger: INV-0102.",
    ),
    "document_conflict": (
        "finding-document-conflict",
        (
            "Acme BV, INV-2: different documents share this number, in first-export.csv and second-export.csv; all of "
            "them were counted."
        ),
    ),
    "surprise": (
        "finding-surprise",
        (
            "Acme BV, INV-3 of 2026-03-31, 200.00 EUR excl. tax: 100.00 EUR was agreed for it, and no notice to the "
            "client is on record."
        ),
    ),
}
"""A case that holds a finding of the kind, and what it says there."""

FOLDERS: dict[str, Path] = {folder.name: folder for folder in CASES}


def test_every_kind_has_a_sentence() -> None:
    assert SENTENCES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", SENTENCES)
def test_the_sentence(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, sentence = SENTENCES[kind]
    monkeypatch.chdir(FOLDERS[case])
    report = run(read_case(FOLDERS[case]))
    found = [finding for finding in report.findings if finding.kind == kind]
    assert sentence in [finding.sentence for finding in found]
    assert all(finding.severity is KINDS[kind].severity for finding in found)


@pytest.mark.parametrize("kind", KINDS)
def test_what_settles_it_is_said(kind: str) -> None:
    entry = KINDS[kind]
    assert entry.settled_by.endswith(".")
    assert entry.meaning.endswith(".")
    assert entry.severity in Severity


@pytest.mark.parametrize("kind", ["missing", "unmatched"])
def test_faces_say_what_settles_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, sentence = SENTENCES[kind]
    monkeypatch.chdir(FOLDERS[case])
    report = run(read_case(FOLDERS[case]))
    text = "\n".join("".join(span.text for span in spans) for spans in to_lines(report))
    for face in (text, report._repr_html_(), report.to_json()):
        assert sentence in face
        assert KINDS[kind].settled_by in unescape(face)


def test_missing_names_the_customer_with_another_legal_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDERS["match-other-legal-form"])
    report = run(read_case(FOLDERS["match-other-legal-form"]))
    (finding,) = report.findings
    assert finding.sentence == (
        "Jansen, Fee, 2026-02: 100.00 EUR was agreed and nothing was billed. "
        'The ledger bills "Jansen B.V." 1 line: if that is the customer, set matching.aliases.'
    )
