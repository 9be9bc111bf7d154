"""What refuses a report-shaped export, one class per fault.

Comes in: where a fault was seen. Goes out: problems, raised together once the whole report has been read. Must not know
how they are found.
"""

from __future__ import annotations

from billcheck.errors import Problem

_AGAIN = "Export the report again, whole and unchanged."


class CashBasisError(Problem):
    """The report is on cash basis: it shows the part of each invoice that was paid, on the day of the payment."""

    remedy = "Set the accounting method of the report to accrual and export it again."


class UnknownBasisError(Problem):
    """The last line does not say whether the report is on accrual or on cash basis."""

    remedy = (
        "Export it again with the accounting method shown in its footer; if you are certain that it is accrual, name "
        "the profile's variant accrual."
    )


class MissingFooterError(Problem):
    """The report does not end with the line that says when it was made, so its end may be missing."""

    remedy = f"{_AGAIN} Do not remove its last lines."


class MissingTotalError(Problem):
    """The report ends without its grand total, so its end may be missing."""

    remedy = _AGAIN


class UnclosedGroupError(Problem):
    """The group has no total, so some of its rows may be missing."""

    remedy = _AGAIN


class StrayTotalError(Problem):
    """This is the total of a group that did not begin before, so some of its rows may be missing."""

    remedy = _AGAIN


class StrayRowError(Problem):
    """This row is no title, group, entry or total of the report."""

    remedy = f"{_AGAIN} Rows that were added by hand must go."


class AfterEndError(Problem):
    """A row follows the end of the report."""

    remedy = "Export each report to a file of its own, and remove rows that were added by hand."


class ShiftedRowError(Problem):
    """The row has a cell beyond the last heading, so its cells may stand in wrong columns."""

    remedy = _AGAIN


class EmptyReportError(Problem):
    """The report has no rows."""

    remedy = "Export it again with other dates or filters; an empty ledger would look as if nothing had been billed."


class UnreadableAmountError(Problem):
    """An amount of the report cannot be read, so its totals cannot be added up."""

    remedy = "Amounts are written such as 1,250.00, -50.00 or (50.00). If commas are decimal, name a variant for them."


class MissingAmountError(Problem):
    """A total has no amount, so the rows above it cannot be proved to be complete."""

    remedy = _AGAIN


class FootingError(Problem):
    """The rows do not add up to the total that the report prints."""

    remedy = f"Rows are missing, doubled or changed. {_AGAIN}"


class BalanceError(Problem):
    """The running balance does not follow from the amount of the row."""

    remedy = f"A row is missing, moved or changed. {_AGAIN}"


class PositiveCreditError(Problem):
    """A credit is written as a positive amount, and no total of the report proves that it is meant so."""

    remedy = "Export a report with totals, such as Sales by Customer Detail."


class WrongSideError(Problem):
    """The invoices of this account are all debits, as on a receivables account: they would count a second time."""

    remedy = "Choose only revenue accounts for the report, and export it again."
