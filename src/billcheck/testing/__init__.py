"""Tests for connectors to live ledgers that others write: a class to inherit from, and a truth to hold against.

Comes in: a connector by its entry point, and what the ledger truly holds that its author set up. Goes out: tests for
pytest, each of which says what the connector did and which rule that breaks. Needs no pytest to be imported, and
nothing of billcheck imports it.

    class TestAcme(ConnectorTests):
        name = "acme"
        truth = Truth(first_day=date(2026, 1, 1), last_day=date(2026, 1, 31), documents=(...))

        @contextmanager
        def ledger(self, fault: str = "") -> Iterator[dict[str, str]]:
            with serve(DOCUMENTS, fault) as address:
                yield {"BILLCHECK_ACME_URL": address}
"""

from __future__ import annotations

from billcheck.testing.suite import ConnectorTests
from billcheck.testing.truth import BrokenRuleError, TrueDocument, Truth

__all__ = ["BrokenRuleError", "ConnectorTests", "TrueDocument", "Truth"]
