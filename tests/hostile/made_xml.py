"""Hostile electronic invoices that are too large to be written out, or are no text.

Comes in: nothing. Goes out: the bytes of a file, by the name under which the manifest asks for it.
"""

from __future__ import annotations

from billcheck.connectors.files.limits import DEFAULT_LIMITS
from tests.hostile.manifest import HERE

PLAIN = (HERE / "files" / "plain-ubl.xml").read_text(encoding="utf-8")
END = "</Invoice>"


def attribute_of_ten_megabytes() -> bytes:
    return PLAIN.replace('currencyID="EUR">21.00', f'currencyID="{"E" * 10_000_000}">21.00').encode()


def name_of_two_megabytes() -> bytes:
    return PLAIN.replace(END, f"<{'x' * 2_000_000}/>{END}").encode()


def comment_of_two_megabytes() -> bytes:
    return PLAIN.replace(END, f"<!--{'x' * 2_000_000}-->{END}").encode()


def instruction_of_two_megabytes() -> bytes:
    return PLAIN.replace(END, f"<?x {'x' * 2_000_000}?>{END}").encode()


def text_beyond_measure() -> bytes:
    return PLAIN.replace("Duinweg", "Duinweg " * 20_000).encode()


def text_in_many_pieces() -> bytes:
    """References and comments hand the text over piece by piece."""
    return PLAIN.replace("Duinweg", "&amp;<!---->" * 150_000).encode()


def hundred_thousand_deep() -> bytes:
    return PLAIN.replace(END, "<x>" * 100_000 + "</x>" * 100_000 + END).encode()


def hundred_thousand_deep_in_an_extension() -> bytes:
    """What is passed over is counted all the same."""
    deep = "<x>" * 100_000 + "</x>" * 100_000
    return PLAIN.replace("<cac:TaxTotal>", f"<cac:Signature>{deep}</cac:Signature><cac:TaxTotal>").encode()


def too_many_attributes() -> bytes:
    many = " ".join(f'a{number}="1"' for number in range(100_000))
    return PLAIN.replace(END, f"<x {many}/>{END}").encode()


def too_many_elements() -> bytes:
    return PLAIN.replace(END, "<x/>" * (DEFAULT_LIMITS.xml_elements + 1) + END).encode()


def attachment_of_five_megabytes() -> bytes:
    """A scan of a paper invoice, as many issuers attach it: it is no text that is read."""
    attached = (
        "<cac:AdditionalDocumentReference><cbc:ID>scan</cbc:ID><cac:Attachment>"
        f'<cbc:EmbeddedDocumentBinaryObject mimeCode="image/png" filename="a.png">{"QUJD" * 1_250_000}'
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    return PLAIN.replace("<cac:AccountingSupplierParty>", f"{attached}<cac:AccountingSupplierParty>").encode()


def quadratic_blow_up() -> bytes:
    head, body = PLAIN.split("\n", 1)
    return f'{head}<!DOCTYPE Invoice [<!ENTITY a "{"a" * 100_000}">]>\n{body.replace("Acme", "&a;" * 1000)}'.encode()


def utf16_without_a_mark() -> bytes:
    """Big-endian, as the first two bytes show."""
    return PLAIN.replace("UTF-8", "UTF-16").encode("utf-16-be")


def utf32() -> bytes:
    return PLAIN.replace("UTF-8", "UTF-32").encode("utf-32")


def ebcdic() -> bytes:
    return PLAIN.replace("UTF-8", "IBM037").encode("cp037")


def utf7_in_truth() -> bytes:
    return PLAIN.replace("UTF-8", "UTF-7").encode("utf-7")


def cut_in_the_middle() -> bytes:
    return PLAIN.encode()[:1500]


def two_invoices_one_after_the_other() -> bytes:
    return (PLAIN + PLAIN.split("\n", 1)[1]).encode()


def all_on_one_line() -> bytes:
    return "".join(line.strip() + " " for line in PLAIN.split("\n")).encode()


def line_ends_of_old_macs() -> bytes:
    return PLAIN.replace("\n", "\r").encode()


def bytes_that_are_no_utf8() -> bytes:
    return PLAIN.replace("Acme", "Zo\xeb").encode("latin-1")
