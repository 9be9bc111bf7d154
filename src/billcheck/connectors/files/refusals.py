"""Why a row is refused, in words.

Comes in: what is wrong with one cell. Goes out: the sentence that stands in the report, with what to do about it. Must
not know files.
"""

from __future__ import annotations

RAGGED = "The row has {cells} cells, the heading {width}. Check for a delimiter or a quote that is missing or too many."
NO_DOCUMENT = "The row names no document. Give the number of its invoice or credit note."
NO_CUSTOMER = "The row names no customer. Give the name as the invoice has it."
LIKE_A_TOTAL = (
    "The row looks like a total of others, which would count twice: it names no document, customer or date of its own. "
    "Delete such rows, or export the list without them; if it is a line, fill these in."
)
NO_DATE = "The row has no issue date. Give it as 2026-01-31."
BAD_DATE = "This is not a date that exists between 1900 and 2199. Write 2026-01-31."
UNKNOWN_KIND = "This is not a known kind of document. Known: {known}."
UNKNOWN_STATUS = "This is not a known status. Known: {known}."
UNKNOWN_CURRENCY = "This is not a currency of ISO 4217. Write three letters, such as EUR."
BAD_AMOUNT = "{reason} Write digits with at most one decimal mark, such as 1200.00."
FOREIGN_SIGN = "The sign of this amount is not one of {currency}, the currency of its row. Correct one of them."
TOO_EXACT = "The amount has more decimals than {currency} has. Give the rounded amount that stands on the document."
ONE_PERIOD_END = "A service period needs both its first and its last day. Fill in both or neither."
BACKWARD_PERIOD = "The service period ends before it begins. Check both days."
NOT_ZERO = (
    "This profile does not know what a value here does to the amount, so it reads only rows without one. Bring the "
    "amount that was billed into the columns of the generic ledger."
)
CONTRARY_CREDIT = (
    "The lines of the credit note {document} add up to {lines} {currency}, but this export writes credit notes with "
    "{sign} amounts. Check what kind of document it is."
)
UNEVEN_DOCUMENT = (
    "The lines of {document} add up to {lines} {currency}; the document says {excl_tax} excluding tax, {incl_tax} "
    "including it. Export the whole document again."
)
