"""Electronic invoices: what their lines come to, and what they are refused for.

The samples are whole documents that keep the rules of Peppol and Factur-X. Each test of a fault changes one thing in a
sample.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import billcheck
from billcheck.connectors.files import invoice_xml, read_ledger
from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import only, scan

if TYPE_CHECKING:
    from billcheck.ledger.line import Line

SAMPLES = Path(__file__).parent / "samples" / "electronic"
UBL = (SAMPLES / "peppol-invoice.xml").read_text(encoding="utf-8")
CREDIT = (SAMPLES / "peppol-credit-note.xml").read_text(encoding="utf-8")
CII = (SAMPLES / "zugferd-invoice.xml").read_text(encoding="utf-8")


def lines_of(path: Path) -> list[tuple[int, Line]]:
    source = only(path)
    rows = source.read([line.locator for line in scan(source).lines])
    return [(row.row, row.line) for row in rows]


def changed(text: str, *changes: tuple[str, str]) -> str:
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def refusal(folder: Path, text: str | bytes) -> str:
    path = folder / "invoice.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LedgerRefusedError) as caught:
        scan(only(path))
    return "\n".join(str(problem).replace(str(path), "invoice.xml") for problem in caught.value.problems)


def read_text(folder: Path, text: str | bytes) -> list[Line]:
    path = folder / "invoice.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [line for _, line in lines_of(path)]


def test_the_lines_of_a_ubl_invoice() -> None:
    found = lines_of(SAMPLES / "peppol-invoice.xml")
    assert {line.document for _, line in found} == {"DW-2026-031"}
    assert {(line.customer, line.customer_id, line.contract, line.reference) for _, line in found} == {
        ("Hartwell Interieur", "K-204", "C-117", "PO-88 Afdeling Inkoop")
    }
    assert {(line.issue_date, line.due_date, line.total) for _, line in found} == {
        (date(2026, 4, 1), date(2026, 5, 1), Decimal("3384.98"))
    }
    march, april = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 3, 1), date(2026, 4, 30))
    assert [
        (
            line.description,
            line.item,
            line.quantity,
            line.unit_price,
            line.amount,
            line.period_first_day,
            line.period_last_day,
        )
        for _, line in found
    ] == [
        ("Retainer | Beheer en onderhoud", "RETAINER", 1, 2400, 2400, *march),
        # 15,500 at 25.00 for each 1,000, less 10.00; it has no period of its own, so the document's counts.
        ("Messages | Per duizend berichten", "", 15500, Decimal("0.025"), Decimal("377.50"), *april),
        # Its text names a period, which comes before that of the document.
        ("Extra seats February 2026", "", 3, 15, 45, None, None),
        ("Loyalty", "", None, None, -25, None, None),
    ]
    lines = UBL.split("\n")
    assert ["cac:InvoiceLine" in lines[row - 1] for row, _ in found] == [True, True, True, False]
    assert "cac:AllowanceCharge" in lines[found[3][0] - 1]


def test_the_line_of_a_credit_note_is_negative_and_names_its_invoice() -> None:
    source = only(SAMPLES / "peppol-credit-note.xml")
    (line,) = scan(source).lines
    assert (line.kind, line.amount, line.credited) == (1, -12000, "DW-2026-031")


def test_the_lines_of_a_cii_invoice() -> None:
    found = lines_of(SAMPLES / "zugferd-invoice.xml")
    assert [
        (line.document, line.issue_date, line.due_date, line.customer, line.customer_id, line.contract, line.reference)
        for _, line in found
    ] == [("R-2026-7", date(2026, 2, 5), date(2026, 3, 7), "Küstenhof GmbH", "K-9", "V-12", "B-77")] * 2
    assert [
        (line.description, line.item, line.amount, line.period_first_day, line.period_last_day) for _, line in found
    ] == [
        ("Telefonie | Anschluss 1", "TEL-1", Decimal(90), date(2025, 11, 5), date(2026, 2, 4)),
        ("Papierrechnung", "", Decimal(5), None, None),
    ]


def test_the_receipt_names_the_syntax_and_the_digest_of_the_file() -> None:
    receipts = [scan(only(path)).receipt for path in sorted(SAMPLES.glob("*.xml"))]
    assert [(receipt.profile, receipt.rows, receipt.lines) for receipt in receipts] == [
        ("ubl", 1, 1),
        ("ubl", 4, 4),
        ("cii", 2, 2),
    ]
    assert len({receipt.sha256 for receipt in receipts}) == 3


def test_a_folder_of_invoices_is_one_ledger() -> None:
    assert [Path(source.path).name for source in read_ledger(SAMPLES).sources] == [
        "peppol-credit-note.xml",
        "peppol-invoice.xml",
        "zugferd-invoice.xml",
    ]


def test_a_contract_is_checked_against_electronic_invoices(tmp_path: Path) -> None:
    contracts = tmp_path / "contracts.toml"
    contracts.write_text(
        """
        [[contract]]
        id = "C-117"
        customer = "Hartwell Interieur"
        currency = "EUR"
        start = 2026-03-01
        last_day = 2026-03-31
        [[contract.charge]]
        name = "Retainer"
        model = "flat"
        amount = "2500.00"
        every = "month"
        timing = "in_arrears"
        matching = { items = ["RETAINER"] }
        [[contract.charge]]
        name = "Messages"
        model = "one_off"
        amount = "377.50"
        on = 2026-03-31
        [[contract.charge]]
        name = "Extra seats"
        model = "one_off"
        amount = "45.00"
        on = 2026-03-31
        """,
        encoding="utf-8",
    )
    report = billcheck.check(
        billcheck.load_contracts(contracts), read_ledger(SAMPLES / "peppol-invoice.xml"), as_of=date(2026, 5, 1)
    )
    # 100.00 too little of the retainer, and an allowance of 25.00 on the whole invoice that was never agreed.
    assert report.arrears == {"EUR": Decimal("125.00")}


@pytest.mark.parametrize(
    ("code", "kind"),
    [("380", "invoice"), ("384", "invoice"), ("389", "invoice"), ("381", "credit_note"), ("386", "other")],
)
def test_the_type_code_says_what_a_document_is(code: str, kind: str, tmp_path: Path) -> None:
    ubl = changed(UBL, ("InvoiceTypeCode>380<", f"InvoiceTypeCode>{code}<"))
    cii = changed(CII, ("TypeCode>380<", f"TypeCode>{code}<"))
    assert {line.kind for text in (ubl, cii) for line in read_text(tmp_path, text)} == {kind}


def test_a_negative_invoice_bills_less(tmp_path: Path) -> None:
    text = CII.replace("Amount>90.00<", "Amount>-90.00<").replace('"MON">3<', '"MON">-3<')
    text = changed(text, ("TaxBasisTotalAmount>95.00<", "TaxBasisTotalAmount>-85.00<"))
    assert [(line.kind, line.amount) for line in read_text(tmp_path, text)] == [
        ("invoice", Decimal(-90)),
        ("invoice", Decimal(5)),
    ]


@pytest.mark.parametrize("name", ["StartDate", "EndDate"])
def test_one_end_of_a_period_is_no_period(name: str, tmp_path: Path) -> None:
    day = {"StartDate": "2026-03-01", "EndDate": "2026-03-31"}[name]
    head, tail = UBL.split("<cac:InvoiceLine>", 1)
    text = f"{head}<cac:InvoiceLine>" + changed(tail, (f"<cbc:{name}>{day}</cbc:{name}>", ""))
    line = read_text(tmp_path, text)[0]
    # The document's own period counts instead.
    assert (line.period_first_day, line.period_last_day) == (date(2026, 3, 1), date(2026, 4, 30))


def test_several_invoices_that_a_credit_note_corrects_are_a_reference(tmp_path: Path) -> None:
    inner = "<a:InvoiceDocumentReference><b:ID>X-2</b:ID></a:InvoiceDocumentReference>"
    other = f"<a:BillingReference>{inner}</a:BillingReference>"
    (line,) = read_text(
        tmp_path, changed(CREDIT, ("<a:AccountingSupplierParty>", f"{other}<a:AccountingSupplierParty>"))
    )
    assert (line.credits_document, line.reference) == ("", "Afdeling Inkoop DW-2026-031 X-2")


def test_heads_of_groups_are_no_lines(tmp_path: Path) -> None:
    start = CII.index("    <ram:IncludedSupplyChainTradeLineItem>")
    end = CII.index("    <ram:ApplicableHeaderTradeAgreement>")
    head = changed(
        CII[start:end],
        (
            "<ram:LineID>1</ram:LineID>",
            "<ram:LineID>0</ram:LineID><ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>",
        ),
    )
    assert len(read_text(tmp_path, CII[:start] + head + CII[start:])) == 2


def test_a_charge_for_transport_is_a_line_of_its_own(tmp_path: Path) -> None:
    transport = (
        "<ram:SpecifiedLogisticsServiceCharge><ram:Description>Fracht</ram:Description>"
        "<ram:AppliedAmount>7.00</ram:AppliedAmount></ram:SpecifiedLogisticsServiceCharge>"
    )
    text = changed(
        CII,
        ("<ram:SpecifiedTradePaymentTerms>", f"{transport}<ram:SpecifiedTradePaymentTerms>"),
        ("TaxBasisTotalAmount>95.00", "TaxBasisTotalAmount>102.00"),
    )
    assert [(line.description, line.amount) for line in read_text(tmp_path, text)][1:] == [
        ("Papierrechnung", Decimal(5)),
        ("Fracht", Decimal(7)),
    ]


def test_days_left_empty_are_not_there(tmp_path: Path) -> None:
    text = CII.replace(">20251105<", "><").replace(">20260307<", "> <")
    assert {(line.due_date, line.period_first_day) for line in read_text(tmp_path, text)} == {(None, None)}


def test_many_lines_cost_no_more_than_each_alone(tmp_path: Path) -> None:
    """Spaces between 6,000 lines are more characters than any text may have, and no text."""
    head, rest = UBL.split("  <cac:InvoiceLine>", 1)
    line = "  <cac:InvoiceLine>" + rest.split("</cac:InvoiceLine>")[0] + "</cac:InvoiceLine>" + " " * 20
    text = changed(
        head, ('"EUR">2822.50', '"EUR">14400000.00'), ('"EUR">2797.50</cbc:TaxEx', '"EUR">14399975.00</cbc:TaxEx')
    )
    assert len(read_text(tmp_path, text + "\n".join([line] * 6_000) + "</Invoice>")) == 6_001


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_any_declared_encoding_of_a_known_kind_is_read(encoding: str, tmp_path: Path) -> None:
    text = CII.replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    assert {line.customer for line in read_text(tmp_path, text.encode(encoding))} == {"Küstenhof GmbH"}


def test_days_keep_the_day_that_is_written(tmp_path: Path) -> None:
    text = changed(UBL, ("<cbc:IssueDate>2026-04-01<", "<cbc:IssueDate>2026-04-01+02:00<"))
    assert read_text(tmp_path, text)[0].issue_date == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "change", "message"),
    [
        (UBL, ("<cbc:ID>DW-2026-031</cbc:ID>", ""), "row 2: The invoice has no number (BT-1)."),
        (UBL, ("<cbc:IssueDate>2026-04-01</cbc:IssueDate>", ""), "The invoice has no issue date (BT-2)."),
        (UBL, ("IssueDate>2026-04-01", "IssueDate>2026-04-31"), "is no day of the calendar. Found '2026-04-31'."),
        (UBL, ("DueDate>2026-05-01", "DueDate>01/05/2026"), "(BT-9) is no day of the calendar. Found '01/05/2026'."),
        (UBL, ("DocumentCurrencyCode>EUR", "DocumentCurrencyCode>EURO"), "This is no currency (BT-5). Found 'EURO'."),
        (UBL, ("InvoiceTypeCode>380", "InvoiceTypeCode>325"), "is not one of those that bill or credit. Found '325'."),
        (UBL, ('"EUR">2400.00</cbc:LineExtensionAmount', '"EUR">2,400.00</cbc:LineExtensionAmount'),
         "The amount of the line (BT-131) is no number. Found '2,400.00'."),
        (UBL, ('"EUR">2400.00</cbc:LineExtensionAmount', '"EUR">1e3</cbc:LineExtensionAmount'), "Found '1e3'."),
        (UBL, ('"EUR">2400.00</cbc:LineExtensionAmount', '"EUR">2400.000000000001</cbc:LineExtensionAmount'),
         "An amount has at most 15 digits before and 10 after"),
        (UBL, ('"EUR">2400.00</cbc:LineExtensionAmount', '"USD">2400.00</cbc:LineExtensionAmount'),
         "LineExtensionAmount: An amount is in another currency than the invoice. Found 'USD'."),
        (UBL, ('<cbc:LineExtensionAmount currencyID="EUR">2400.00</cbc:LineExtensionAmount>', ""),
         "The invoice has no amount of the line (BT-131)."),
        (UBL, ('"EUR">2822.50', '"EUR">2822.51'), "The lines add up to 2822.50, and the invoice says 2822.51"),
        (UBL, ('TaxExclusiveAmount currencyID="EUR">2797.50', 'TaxExclusiveAmount currencyID="EUR">2822.50'),
         "Lines, charges and allowances add up to 2797.50, and the invoice says 2822.50 (BT-109)."),
        (UBL, ('<cbc:BaseQuantity unitCode="C62">1000</cbc:BaseQuantity>', ""),
         "15500 x 25.00 - 10.00 is not 377.50, the amount of the line."),
        (UBL, ('"C62">1000<', '"C62">100<'), "15500 x 25.00 / 100 - 10.00 is not 377.50, the amount of the line."),
        (UBL, ('"C62">1000<', '"C62">0<'), "The price is for no units (BT-149)."),
        (UBL, ('"C62">1000<', '"C62">-1000<'), "The price is for no units (BT-149). Found '-1000'."),
        (UBL, ("<cbc:ID>DW-2026-031</cbc:ID>", "<cbc:ID>DW-2026-031</cbc:ID><cbc:ID>DW-2026-032</cbc:ID>"),
         "The invoice has more than one number (BT-1). Found 'DW-2026-031 and DW-2026-032'."),
        (UBL, ("<cac:LegalMonetaryTotal>", "<cac:LegalMonetaryTotal/><cac:LegalMonetaryTotal>"),
         "The invoice has more than one set of totals."),
        (UBL, ("ChargeIndicator>false", "ChargeIndicator>no"), "is neither true nor false. Found 'no'."),
        (CII, ('format="102">20260205', 'format="610">202602'), "(BT-2) is no day of the calendar. Found '202602'."),
        (CII, ("<ram:Name>Küstenhof GmbH</ram:Name>", ""), "The invoice has no name of the buyer (BT-44)."),
        (CII, ("ChargeAmount>30.00", "ChargeAmount>30.01"), "3 x 30.01 is not 90.00, the amount of the line."),
        (CII, ("<udt:Indicator>true", "<udt:Indicator>yes"), "is neither true nor false. Found 'yes'."),
        (CII, ("<ram:LineTotalAmount>90.00", '<ram:LineTotalAmount currencyID="USD">90.00'), "Found 'USD'."),
    ],
)  # fmt: skip
def test_what_an_invoice_is_refused_for(text: str, change: tuple[str, str], message: str, tmp_path: Path) -> None:
    assert message in refusal(tmp_path, changed(text, change))


def test_an_invoice_without_totals_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, UBL.replace("LegalMonetaryTotal", "RequestedMonetaryTotal"))
    assert "The invoice has no sum of its lines (BT-106)." in said


def test_a_credit_note_below_zero_is_refused(tmp_path: Path) -> None:
    text = CREDIT.replace('"EUR">120.00', '"EUR">-120.00').replace('"C62">1<', '"C62">-1<')
    text = changed(text, ('<b:PriceAmount currencyID="EUR">-120.00', '<b:PriceAmount currencyID="EUR">120.00'))
    assert "adds up to less than zero, so it would bill and not credit. Found '-120.00'." in refusal(tmp_path, text)


def test_the_trading_name_stands_in_for_a_legal_name(tmp_path: Path) -> None:
    text = changed(UBL, ("Hartwell Interieur</cbc:Reg", "</cbc:Reg"))
    assert {line.customer for line in read_text(tmp_path, text)} == {"Hartwell"}


def test_all_that_is_wrong_with_an_invoice_is_said_at_once(tmp_path: Path) -> None:
    text = changed(UBL, ("<cbc:ID>DW-2026-031</cbc:ID>", ""), ("IssueDate>2026-04-01", "IssueDate>x"))
    assert refusal(tmp_path, text).count("\n") == 1


def test_an_invoice_without_lines_is_refused(tmp_path: Path) -> None:
    start, end = (
        CII.index(f"    <ram:{name}>")
        for name in ("IncludedSupplyChainTradeLineItem", "ApplicableHeaderTradeAgreement")
    )
    text = (CII[:start] + CII[end:]).replace("LineTotalAmount>90.00", "LineTotalAmount>0").replace("Basis", "Basis")
    assert "has no lines, only totals" in refusal(
        tmp_path, text.replace("TaxBasisTotalAmount>95.00", "TaxBasisTotalAmount>5.00")
    )


BOMB = '<!DOCTYPE i [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<?xml version="1.0"?>' + BOMB + "<i>&b;</i>", "row 1: The file has a document type declaration"),
        ("<!DOCTYPE html><html></html>", "row 1: The file has a document type declaration"),
        ("<html><body></body></html>", "row 1: This is XML, but no electronic invoice that is read. Found 'html'."),
        ('<Invoice xmlns="urn:other"/>', "no electronic invoice that is read. Found 'Invoice'."),
        (UBL[:-200], "is not well-formed XML"),
        (UBL.replace("</cbc:Name>", "</cbc:Nome>", 1), "is not well-formed XML: mismatched tag."),
        (
            '<?xml version="1.0" encoding="UTF-7"?><a/>',
            "declared in an encoding that is not read. Found 'UTF-7'.",
        ),
        (
            "<a>" * 150,
            "Elements stand deeper within each other than in any invoice. The limit xml_depth is 100;",
        ),
        (
            "<a " + " ".join(f'b{n}=""' for n in range(70)) + "/>",
            "more attributes than any in an invoice. The limit xml_attributes is 64; this has 70.",
        ),
        (
            '<a b="' + "x" * (3 << 20) + '"/>',
            "or a comment is longer than any in an invoice. The limit xml_token_bytes is 1,048,576;",
        ),
        (UBL.replace("Retainer<", "x" * 140_000 + "<", 1), "longer than any in an invoice. Found 'xxx"),
        ("<a>\x01</a>", "is not well-formed XML"),
    ],
    ids=lambda value: value[:40] if len(value) < 200 else "long",
)
def test_what_no_xml_may_hold(text: str, message: str, tmp_path: Path) -> None:
    assert message in refusal(tmp_path, text)


def taxes(lines: list[Line]) -> list[Decimal | None]:
    return [line.tax for line in lines]


def test_the_tax_of_a_line_is_its_amount_at_its_percent(tmp_path: Path) -> None:
    # 2,400.00, 377.50 and 45.00 at 21 %, and an allowance of 25.00: half a cent goes away from zero.
    assert taxes(read_text(tmp_path, UBL)) == [Decimal(each) for each in ("504.00", "79.28", "9.45", "-5.25")]
    assert taxes(read_text(tmp_path, CII)) == [Decimal("17.10"), Decimal("0.95")]


def test_the_tax_of_a_credit_note_has_the_sign_of_its_amounts(tmp_path: Path) -> None:
    (line,) = read_text(tmp_path, CREDIT)
    assert (line.amount, line.tax) == (Decimal("120.00"), Decimal("25.20"))


def test_a_line_without_a_percent_has_no_tax(tmp_path: Path) -> None:
    head, _, line = CREDIT.rpartition("<b:Percent>21</b:Percent>")
    without = head + line
    assert taxes(read_text(tmp_path, without)) == [None]


def test_where_lines_and_totals_contradict_each_other_on_tax_nothing_is_said_of_it(tmp_path: Path) -> None:
    # 20 % of 95.00 is 19.00, and the invoice says 18.05.
    other = CII.replace("RateApplicablePercent>19<", "RateApplicablePercent>20<")
    assert taxes(read_text(tmp_path, other)) == [None, None]
    # A cent for each line may lie between what is rounded once and what is rounded for each.
    near = changed(CII, ("<ram:GrandTotalAmount>113.05", "<ram:GrandTotalAmount>113.07"))
    assert taxes(read_text(tmp_path, near)) == [Decimal("17.10"), Decimal("0.95")]
    far = changed(CII, ("<ram:GrandTotalAmount>113.05", "<ram:GrandTotalAmount>113.08"))
    assert taxes(read_text(tmp_path, far)) == [None, None]


def test_a_percent_that_is_no_number_refuses_the_file(tmp_path: Path) -> None:
    told = refusal(tmp_path, changed(CII, ("RateApplicablePercent>19<", "RateApplicablePercent>full<")))
    assert "The percent of tax (BT-152, BT-96, BT-103) is no number. Found 'full'." in told


@given(st.data())
def test_a_file_cut_anywhere_is_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([UBL, CREDIT, CII])).encode()
    end = data.draw(st.integers(1, len(text.rstrip()) - 1))
    with pytest.raises(LedgerRefusedError):
        invoice_xml.read_invoice("x", [text[:end]])
