"""Files that try to go wrong, and what must come of each.

The manifest: a name, the bytes, and the verdict. A file is `read` to exactly these amounts (minor units, in any
order), or read but for `rows` that are refused (line number and column), or `refused` as a whole with these words in
the message.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.connectors.exports import GENERIC, XERO_44, xero_row, xero_text

G = f"{GENERIC}\n"
OK = "F-1,2026-01-31,Acme,100.00,EUR\n"


@dataclass(frozen=True)
class Hostile:
    """One file of the manifest; `refused` is empty where the file is read."""

    name: str
    data: bytes
    read: tuple[int, ...] = ()
    rows: tuple[tuple[int, str], ...] = ()
    refused: str = ""


def read(name: str, text: str | bytes, *amounts: int) -> Hostile:
    return Hostile(name, text if isinstance(text, bytes) else text.encode(), read=amounts)


def rows(name: str, text: str, amounts: tuple[int, ...], *places: tuple[int, str]) -> Hostile:
    return Hostile(name, text.encode(), read=amounts, rows=places)


def refused(name: str, text: str | bytes, words: str) -> Hostile:
    return Hostile(name, text if isinstance(text, bytes) else text.encode(), refused=words)


CORPUS = [
    # Text
    read("byte order mark", "\ufeff" + G + OK, 10000),
    read("utf-16 little", (G + OK).encode("utf-16"), 10000),
    read("utf-16 big", ("\ufeff" + G + OK).encode("utf-16-be"), 10000),
    refused("utf-16 without mark", (G + OK).encode("utf-16-le"), "no text"),
    refused("utf-32", (G + OK).encode("utf-32"), "no text"),
    refused("latin-1", (G + OK.replace("Acme", "Zoë")).encode("latin-1"), "not UTF-8"),
    refused("overlong utf-8", (G + OK).encode().replace(b"Acme", b"\xc0\xaf"), "not UTF-8"),
    refused("lone surrogate", (G + OK).encode().replace(b"Acme", b"\xed\xa0\x80"), "not UTF-8"),
    refused("bytes the tokenizer uses for itself", (G + OK).encode().replace(b"Acme", b"\xfd\xfe\xff"), "not UTF-8"),
    refused("nul", G + OK.replace("Acme", "Ac\0me"), "NUL"),
    refused("nul inside quotes", G + OK.replace("Acme", '"Ac\0me"'), "NUL"),
    refused("nothing but nuls", b"\0" * 5000, "no text"),
    refused("empty", "", "is empty"),
    refused("nothing but line ends", "\r\n\r\n\n", "is empty"),
    refused("nothing but a mark", "\ufeff", "is empty"),
    refused("header only", G, "no rows"),
    refused("header and blank rows", G + ",,,,\n\n,,,,\n", "no rows"),
    refused("random bytes", bytes(range(1, 256)) * 3, "row 1"),
    refused("a workbook", b"PK\x03\x04" + G.encode(), "workbook"),
    refused("an old workbook", b"\xd0\xcf\x11\xe0" + G.encode(), "workbook"),
    refused("html", "<html><body><table><tr><td>document</td></tr></table></body></html>", "No profile"),
    refused("json", '[{"document": "F-1", "amount": 1}]', "No profile"),
    # Structure
    read("crlf", (G + OK + OK.replace("F-1", "F-2")).replace("\n", "\r\n"), 10000, 10000),
    read("carriage returns alone", (G + OK).replace("\n", "\r"), 10000),
    read("mixed line ends", G + OK.replace("\n", "\r\n") + OK + OK.replace("\n", "\r"), 10000, 10000, 10000),
    read("no last line end", (G + OK).rstrip("\n"), 10000),
    read("blank lines between", G + "\n\n" + OK + "\r\n\n" + OK, 10000, 10000),
    read("rows of nothing but delimiters", G + ",,,,\n" + OK + ",,,,,,,\n", 10000),
    rows("ragged, short", G + OK + "F-2,2026-01-31,Acme,1.00\n" + OK, (10000, 10000), (3, "")),
    rows("ragged, long", G + OK + "F-2,2026-01-31,Acme,1.00,EUR,x\n", (10000,), (3, "")),
    rows("ragged, one short and one long", G + "F-2,2026-01-31,Acme,1.00\nF-3,2026-01-31,Acme,1.00,EUR,x\n" + OK,
         (10000,), (2, ""), (3, "")),
    rows("a thousand comma inside bare", G + "F-2,2026-01-31,Acme,1,200.00,EUR\n" + OK, (10000,), (2, "")),
    rows("a total at the foot", G + OK + "Total,,,100.00,\n", (10000,), (3, "customer")),
    read("quotes, newlines and doubled quotes", G + 'F-1,2026-01-31,"A ""B"",\nC",100.00,EUR\n', 10000),
    read("a literal quote inside a cell", G + 'F-1,2026-01-31,5" pipe,100.00,EUR\n' + OK, 10000, 10000),
    refused("an unclosed quote", G + OK + 'F-2,2026-01-31,"Acme,1.00,EUR\n' + OK, "never ends"),
    refused("a quote closed in a cell", G + 'F-2,2026-01-31,"Acme"x,1.00,EUR\n' + OK, "middle of a cell"),
    refused("a quote that swallows a row",
            G + 'F-1,2026-01-31,"Acme,100.00,EUR\nF-2,2026-02-28,Pipe 5",200.00,EUR\n', "whole rows"),
    refused("a quote that swallows rows",
            G + 'F-1,2026-01-31,"Acme,1.00,EUR\n' + OK * 3 + 'F-2,2026-02-28,Pipe 5",200.00,EUR\n', "whole rows"),
    refused("a quote before a space", G + 'F-2,2026-01-31,"Acme" ,1.00,EUR\n' + OK, "middle of a cell"),
    refused("a field beyond measure", G + f"F-1,2026-01-31,{'x' * 140_000},100.00,EUR\n", "longer than any field"),
    refused("a heading beyond measure", ",".join(["x"] * 300) + "\n", "more columns"),
    # Headings
    refused("a missing column", "document,issue_date,customer,amount\nF-1,2026-01-31,Acme,1.00\n", "needs currency"),
    refused("no heading", OK * 3, "No profile"),
    refused("a duplicate heading", f"{GENERIC},AMOUNT\nF-1,2026-01-31,Acme,100.00,EUR,1.00\n", "same heading"),
    read("a title above the heading", "Ledger of Duinweg,,,,\n" + G + OK, 10000),
    rows("a title, and a row cut short", "Ledger of Duinweg\n" + G + OK + "F-2,2026-01", (10000,), (4, "")),
    refused("a title with an open quote", '"Ledger of Duinweg\n' + G + OK, "heading row cannot be read"),
    refused("delimiters other than known", (G + OK).replace(",", "|"), "No profile"),
    read("semicolons", (G + OK).replace(",", ";"), 10000),
    read("tabs", (G + OK).replace(",", "\t"), 10000),
    # Dates
    refused("dates either way", G + OK.replace("2026-01-31", "05/03/2026"), "No date shows"),
    refused("dates both ways", G + OK.replace("2026-01-31", "13/03/2026") + OK.replace("2026-01-31", "03/13/2026"),
            "month first"),
    rows("a date that does not exist", G + OK + OK.replace("01-31", "02-30"), (10000,), (3, "issue_date")),
    rows("a leap day out of season", G + OK + OK.replace("01-31", "02-29"), (10000,), (3, "issue_date")),
    rows("a number for a date", G + OK + OK.replace("2026-01-31", "46053"), (10000,), (3, "issue_date")),
    rows("a month for a date", G + OK + OK.replace("2026-01-31", "Feb 2026"), (10000,), (3, "issue_date")),
    rows("a two-digit year", G + OK + OK.replace("2026-01-31", "31/01/26"), (10000,), (3, "issue_date")),
    rows("a year slipped", G + OK + OK.replace("2026", "0206"), (10000,), (3, "issue_date")),
    rows("a full-width date", G + OK + OK.replace("2026-01-31", "２０２６-01-31"), (10000,), (3, "issue_date")),
    rows("no date", G + OK + OK.replace("2026-01-31", ""), (10000,), (3, "issue_date")),
    rows("one end of a period", f"{GENERIC},period_first_day,period_last_day\n{OK.strip()},2026-01-01,\n"
         f"{OK.strip()},,2026-01-31\n{OK.strip()},,\n", (10000,), (2, "period_last_day"), (3, "period_first_day")),
    rows("a period backwards", f"{GENERIC},period_first_day,period_last_day\n{OK.strip()},2026-02-01,2026-01-31\n"
         f"{OK.strip()},,\n", (10000,), (2, "period_last_day")),
    # Amounts
    refused("decimal commas", G + OK.replace("100.00", '"100,00"'), "another decimal mark"),
    refused("one decimal comma", G + OK * 50 + OK.replace("100.00", '"1.100,50"'), "another decimal mark"),
    refused("a point that may group", G + OK.replace("100.00", "1.200"), "three decimals or a whole number"),
    *(
        rows(f"amount {text}", G + OK + OK.replace("100.00", text), (10000,), (3, "amount"))
        for text in ("NaN", "sNaN", "inf", "1e400", "-1e-999999999", "1_000", "٥٠٠", "５００", "1 00", "0.005", "",
                     "+1", "(100.00)", "100.00-", "€100", "=1+1", "0x64", "--1", "9" * 40, "1.", ".5", "−100.00")
    ),
    read("groups of thousands", G + OK.replace("100.00", '"1,234,567.89"'), 123456789),
    read("a negative nought", G + OK.replace("100.00", "-0.00"), 0),
    # Words
    rows("an unknown currency", G + OK + OK.replace("EUR", "XYZ"), (10000,), (3, "currency")),
    rows("a currency sign", G + OK + OK.replace("EUR", "€"), (10000,), (3, "currency")),
    rows("an unknown status", f"{GENERIC},status\n{OK.strip()},Pending?\n{OK.strip()},paid\n", (10000,), (2, "status")),
    rows("an unknown kind", f"{GENERIC},kind\n{OK.strip()},quote\n{OK.strip()},invoice\n", (10000,), (2, "kind")),
    rows("no customer", G + OK + OK.replace("Acme", " "), (10000,), (3, "customer")),
    rows("no document", G + OK + OK.replace("F-1", "\u00a0"), (10000,), (3, "document")),
    read("formulas and escapes in texts", G + OK.replace("Acme", "=cmd|'/c calc'!A1") + OK.replace("Acme", "\x1b[2J"),
         10000, 10000),
    read("bidirectional text", G + OK.replace("Acme", "\u202eemcA"), 10000),
    # Documents
    read("xero", xero_text([xero_row()]), 10000),
    rows("xero, cut in a document", xero_text([xero_row(Total="242.00", TaxTotal="42.00")]), (), (2, "LineAmount")),
    rows("xero, totals that disagree", xero_text([
            xero_row(Total="242.00", TaxTotal="42.00"), xero_row(Total="243.00")]),
         (), (2, "LineAmount"), (3, "LineAmount")),
    refused("xero, a document twice", xero_text([xero_row(), xero_row(InvoiceNumber="INV-2"), xero_row()]),
            "more than once"),
    rows("xero, an unknown type", xero_text([xero_row(Type="Quote"), xero_row()]), (10000,), (2, "Type")),
    rows("xero, cut in a row", f"{XERO_44}\n{xero_row()[:-60]}\n", (), (2, "")),
]  # fmt: skip
