"""What QuickBooks Online tells of documents that were deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.faults import AnswerError, SignInError
from billcheck.connectors.payload import Payload
from billcheck.connectors.quickbooks.changes import Deletions, find_deletions, read_changes
from tests.connectors.live.test_quickbooks import HARTWELL, MARCH, fetch
from tests.servers.quickbooks import QuickBooksServer, fault, invoice, lower_fault
from tests.servers.raw import Asked, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
BOTH = ("Invoice", "CreditMemo")


def answered(*groups: dict[str, Any]) -> Payload:
    return Payload("quickbooks cdc", {"CDCResponse": [{"QueryResponse": list(groups)}], "time": "2026"})


def gone(key: str) -> dict[str, Any]:
    return {"domain": "QBO", "status": "Deleted", "Id": key}


def test_changes_are_ids_by_what_they_are_of_in_any_order() -> None:
    found = read_changes(
        answered({}, {"CreditMemo": [{"Id": "7"}]}, {"Invoice": [gone("39"), {"Id": "40"}], "totalCount": 2}), BOTH
    )
    assert (found.changed, found.deleted) == (
        {"Invoice": frozenset({"40"}), "CreditMemo": frozenset({"7"})},
        {"Invoice": frozenset({"39"}), "CreditMemo": frozenset()},
    )
    assert not found.is_capped


def test_what_is_both_deleted_and_there_is_there() -> None:
    assert read_changes(answered({"Invoice": [gone("39"), {"Id": "39"}]}), BOTH).deleted["Invoice"] == frozenset()


@pytest.mark.parametrize(("count", "is_capped"), [(999, False), (1000, True)])
def test_a_thousand_objects_may_not_be_all(count: int, is_capped: bool) -> None:
    groups = {"Invoice": [{"Id": str(number)} for number in range(count - 1)]}, {"CreditMemo": [gone("1")]}
    assert read_changes(answered(*groups), BOTH).is_capped is is_capped


@pytest.mark.parametrize("body", [{}, {"CDCResponse": None}, {"CDCResponse": [{"QueryResponse": {"Invoice": []}}]}])
def test_an_answer_that_tells_of_no_changes_is_none(body: dict[str, Any]) -> None:
    with pytest.raises(AnswerError, match=r"^quickbooks cdc"):
        read_changes(Payload("quickbooks cdc", body), BOTH)


def look(ask: Callable[[datetime], Payload], there: Sequence[str] = ()) -> Deletions:
    return find_deletions(NOW, BOTH, ask, lambda _, ids: {key for key in ids if key in there})


def test_where_too_much_changed_a_shorter_time_is_asked_for() -> None:
    many = answered({"Invoice": [{"Id": str(number)} for number in range(1000)]})
    asked: list[int] = []

    def ask(since: datetime) -> Payload:
        asked.append((NOW - since).days)
        return many if asked[-1] > 1 else answered({"Invoice": [gone("39")]})

    assert look(ask) == Deletions(NOW - timedelta(days=1), ("Invoice 39",))
    assert asked == [29, 7, 1]
    assert look(lambda _: many) == Deletions(None)


def test_what_can_still_be_read_was_not_deleted() -> None:
    assert look(lambda _: answered({"Invoice": [gone("39"), gone("8")]}), ["39"]).ids == ("Invoice 8",)


KEPT = [("Invoice", invoice(1, HARTWELL, MARCH, "10.00"))]
LOST = [("Invoice", invoice(39, HARTWELL, MARCH, "10.00")), ("CreditMemo", invoice(12, HARTWELL, MARCH, "1.00"))]


def company(**more: Any) -> QuickBooksServer:
    return QuickBooksServer([*KEPT, *LOST], [HARTWELL], **more)


def told(server: QuickBooksServer) -> str:
    completeness = fetch(server).completeness
    assert completeness.is_complete
    return completeness.blind_spots[0].split(" in here. ")[1]


def test_what_was_deleted_lately_is_told_by_id() -> None:
    server = company(now=lambda: NOW)
    server.delete("Invoice", "39")
    server.delete("CreditMemo", "12")
    assert told(server) == (
        "What was deleted before 2026-10-31 is gone without a trace. These were deleted since then, and QuickBooks no "
        "longer tells their customers, numbers or amounts, only what they were and its own ids (fetch --update names "
        "those that an earlier snapshot holds): Invoice 39, CreditMemo 12."
    )


def test_nothing_deleted_is_said_as_well() -> None:
    assert told(company()).endswith("is gone without a trace. Nothing was deleted since then.")


def test_a_document_that_is_only_called_deleted_is_none() -> None:
    server = company(claims_deleted={("Invoice", "39")})
    stamp = {"MetaData": {"LastUpdatedTime": "2026-11-20T09:00:00-08:00"}}
    server.documents = [(kind, {**each, **stamp}) for kind, each in server.documents]
    assert told(server).endswith("is gone without a trace. Nothing was deleted since then.")
    assert "SELECT * FROM Invoice WHERE Id IN ('39') MAXRESULTS 100" in server.statements


def only_changes(reply: Reply) -> Callable[[QuickBooksServer, Asked], Reply | None]:
    return lambda _, asked: reply if "/cdc?" in asked.target else None


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(fault("4001", "Invalid query"), status=400), "Invalid query"),
        (answer(fault("10000", "An application error"), status=400), "code 10000"),
        (answer({"time": "2026"}), "CDCResponse"),
    ],
)
def test_a_fetch_does_not_fail_for_want_of_what_was_deleted(reply: Reply, words: str) -> None:
    found = told(company(before=only_changes(reply)))
    assert found.startswith("An invoice that was deleted is gone without a trace, since QuickBooks did not say which")
    assert words in found


def test_a_sign_in_that_ends_there_ends_the_fetch() -> None:
    over = answer(lower_fault("3201", "AuthorizationFailed", "AUTHENTICATION", 401), status=401)
    with pytest.raises(SignInError):
        fetch(company(before=only_changes(over)))


def test_too_many_changes_are_told() -> None:
    changed = [{"Id": str(number)} for number in range(1000)]
    full = answer({"CDCResponse": [{"QueryResponse": [{"Invoice": changed}]}]})
    assert told(company(before=only_changes(full))).endswith("too much has changed lately to ask for it.")
