"""What the imports of programs ask for that a draft does not say, and what they cannot hold.

Comes in: where something is lacking. Goes out: one class for each fault, with what to do. Must not know columns.
"""

from __future__ import annotations

from billcheck.errors import Problem


class NoDueDateProblem(Problem):
    """The import asks for a due date, and the contract states no terms of payment."""

    remedy = "Give --due-date, or state payment_terms in the contract."


class NoTaxProblem(Problem):
    """A line has no tax percent, and the import would take it for untaxed."""

    remedy = "Give --tax-percent, 0 where the service bears no tax."


class NoTaxNameProblem(Problem):
    """The import asks how the ledger calls this percent of tax."""

    remedy = (
        'Give --tax-name "PERCENT=NAME", as in --tax-name "20=20% (VAT on Income)"; the ledger lists its tax rates.'
    )


class NoAccountProblem(Problem):
    """The import asks for a revenue account, and the charge declares none in the contract."""

    remedy = "Give --account, or declare matching.accounts for the charge."


class NoTrackingNameProblem(Problem):
    """The import asks for the category that a tracking option belongs to."""

    remedy = "Give --tracking-name."


class NoCreditNoteProblem(Problem):
    """QuickBooks' import of invoices takes no credit notes."""

    remedy = "Write it in another format, and enter it by hand."


class LongNumberProblem(Problem):
    """QuickBooks takes numbers of at most 21 characters."""

    remedy = "Give a shorter one with --number."
