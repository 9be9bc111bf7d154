"""Two small good files, and the ways in which a file is damaged at random.

Comes in: nothing. Goes out: the files, strategies of changes, and the function that makes a change. What a damaged file
must come to is for the tests.
"""

from __future__ import annotations

from hypothesis import strategies as st

from tests.connectors.exports import GENERIC, xero_row, xero_text

GENERIC_FILE = "\n".join(
    [
        f"{GENERIC},description,kind",
        "F-1,2026-01-31,Acme,100.00,EUR,Retainer,invoice",
        'F-1,2026-01-31,Acme,20.50,EUR,"Seats, 12",invoice',
        'F-2,2026-02-28,"Beta ""B""",7.25,EUR,"two\nlines",',
        "CN-1,2026-03-31,Zoë,3.75,EUR,,credit note",
        "F-3,2026-04-30,Acme,-11.00,EUR,,",
        "",
    ]
).encode()
XERO_FILE = xero_text(
    [
        xero_row(Total="181.50", TaxTotal="31.50"),
        xero_row(Total="181.50", TaxTotal="31.50", LineAmount="50.00", TaxAmount="10.50", Description='"a, b\nc"'),
        xero_row(InvoiceNumber="INV-2", LineAmount="121.00", TaxAmount="21.00"),
        xero_row(InvoiceNumber="CN-1", Type="Sales credit note", Total="12.10", TaxTotal="2.10", LineAmount="10.00",
                 TaxAmount="2.10"),
    ]
).encode()  # fmt: skip
CHANGES = st.tuples(
    st.integers(0, 10_000),
    st.sampled_from(["replace", "insert", "delete"]),
    st.binary(min_size=1, max_size=1)
    | st.sampled_from([b'"', b",", b"\n", b"\r", b"0", b"9", b".", b"-", b"\0", b" "]),
)


def change(data: bytes, position: int, how: str, byte: bytes) -> bytes:
    at = position % len(data)
    rest = data[at:] if how == "insert" else data[at + 1 :]
    return data[:at] + (b"" if how == "delete" else byte) + rest
