"""Connectors that do one thing wrong: each is caught by the rule about it, and by no other."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

import pytest

from billcheck.connectors.base import Count
from billcheck.connectors.faults import ServerFaultError
from billcheck.testing import BrokenRuleError, ConnectorTests
from tests.conformance.shelf import FAULT, LOSS, SECRET, SHELF, TEMPLATES, TRUTH, Shelf
from tests.distributions import make_distribution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from billcheck.connectors.base import Completeness, Fetched, FetchedDocument, Request
    from billcheck.ledger.template import Template


class ShelfTests(ConnectorTests):
    """The suite over one of the shelves; `connector` is which."""

    name = "shelf"
    truth = TRUTH
    secrets = (SECRET,)
    faults = ("on fire",)
    losses = ("a book is missing",)
    connector: type[Shelf] = Shelf

    @contextmanager
    def ledger(self, fault: str = "") -> Iterator[Mapping[str, str]]:
        environment = {"BILLCHECK_SHELF_WORD": SECRET}
        if fault in self.faults:
            environment[FAULT] = fault
        if fault in self.losses:
            environment[LOSS] = "1"
        yield environment

    @contextmanager
    def connect(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> Iterator[Shelf]:
        yield self.connector(environment, tell)


RULES = [name for name in dir(ConnectorTests) if name.startswith("test_")]
REGISTERED = "test_it_is_registered_and_loads_when_named"


def broken_rules(suite: ConnectorTests, rules: list[str]) -> dict[str, str]:
    """The rules that are broken, each with what is said."""
    found = {}
    for rule in rules:
        try:
            getattr(suite, rule)()
        except BrokenRuleError as broken:
            found[rule] = str(broken)
    return found


def each(documents: list[FetchedDocument], change: Callable[[FetchedDocument], FetchedDocument]) -> list[Any]:
    return [change(document) for document in documents]


def with_amounts(document: FetchedDocument, change: Callable[[Decimal], Any]) -> FetchedDocument:
    lines = tuple(replace(line, amount=change(line.amount)) for line in document.lines)
    return replace(document, excl_tax=change(document.excl_tax), lines=lines)


class GivesTwice(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return [*SHELF, SHELF[2]]


class GivesATemplateTwice(Shelf):
    def templates(self) -> tuple[Template, ...]:
        return (TEMPLATES[0], *TEMPLATES)


class HasNoOrder(Shelf):
    def ordered(self, documents: list[FetchedDocument]) -> list[FetchedDocument]:
        return sorted(documents, key=lambda document: document.id)


class HasNoOrderWithinADay(Shelf):
    def ordered(self, documents: list[FetchedDocument]) -> list[FetchedDocument]:
        return sorted(documents, key=lambda document: (document.issue_date, document.id == "middle-a"))


class HasNoOrderOfTemplates(Shelf):
    def templates(self) -> tuple[Template, ...]:
        return TEMPLATES[::-1]


class LosesALine(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return each(list(SHELF), lambda document: replace(document, lines=document.lines[:1]))


class LosesALineOfATemplate(Shelf):
    def templates(self) -> tuple[Template, ...]:
        return tuple(replace(template, lines=template.lines[:1]) for template in TEMPLATES)


class CreditsAreCharges(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return each(
            list(SHELF),
            lambda document: with_amounts(document, lambda amount: -amount) if document.id == "credit" else document,
        )


class GivesTax(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return each(list(SHELF), lambda document: with_amounts(document, lambda amount: amount * 2))


class IsOffByACent(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        cent = Decimal("0.01")
        first = SHELF[2]
        changed = replace(
            first, excl_tax=first.excl_tax + cent, lines=(replace(first.lines[0], amount=first.excl_tax + cent),)
        )
        return [*SHELF[:2], changed, *SHELF[3:]]


def says_else(**said: Any) -> type[Shelf]:
    class SaysElse(Shelf):
        def shelf(self) -> list[FetchedDocument]:
            return each(list(SHELF), lambda one: replace(one, **said) if one.id == "middle-a" else one)

    return SaysElse


class InventsADocument(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return [*SHELF, replace(SHELF[2], id="made-up", number="F-made-up")]


class LeavesOutTheLastDay(Shelf):
    def is_wanted(self, document: FetchedDocument, request: Request) -> bool:
        return super().is_wanted(document, request) and document.issue_date < request.last_day


class LeavesOutTheFirstDay(Shelf):
    def is_wanted(self, document: FetchedDocument, request: Request) -> bool:
        return super().is_wanted(document, request) and document.issue_date > request.first_day


class GivesADayMore(Shelf):
    def is_wanted(self, document: FetchedDocument, request: Request) -> bool:
        return super().is_wanted(document, replace(request, last_day=request.last_day + timedelta(days=1)))


class LosesADocument(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return [document for document in SHELF if document.id != "middle-b"]


class LosesATemplate(Shelf):
    def templates(self) -> tuple[Template, ...]:
        return TEMPLATES[:1]


class InventsATemplate(Shelf):
    def templates(self) -> tuple[Template, ...]:
        return (*TEMPLATES, replace(TEMPLATES[0], id="t-3"))


def record_with(**said: Any) -> type[Shelf]:
    class RecordsElse(Shelf):
        def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
            true = super().record(request, documents)
            return true if self.lost() else replace(true, **{key: value(true) for key, value in said.items()})

    return RecordsElse


class ForgetsWhoWasAskedFor(Shelf):
    def is_wanted(self, document: FetchedDocument, request: Request) -> bool:
        return super().is_wanted(document, replace(request, customers=()))


class KnowsNamesAlone(Shelf):
    def is_wanted(self, document: FetchedDocument, request: Request) -> bool:
        return super().is_wanted(replace(document, customer_id=""), request)


class GivesEverybodysTemplates(Shelf):
    def fetch(self, request: Request) -> Fetched:
        return replace(super().fetch(request), templates=self.templates())


class GivesNobodysTemplates(Shelf):
    def fetch(self, request: Request) -> Fetched:
        fetched = super().fetch(request)
        return replace(fetched, templates=()) if request.customers else fetched


class KnowsNobodyAndIsComplete(Shelf):
    def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
        return replace(super().record(request, documents), shortcomings=())


class CountsItsRuns(Shelf):
    runs = 0

    def fetch(self, request: Request) -> Fetched:
        type(self).runs += 1
        fetched = super().fetch(request)
        first, *rest = fetched.documents or SHELF[1:2]
        return replace(fetched, documents=(replace(first, updated=str(self.runs)), *rest)[: len(fetched.documents)])


class GivesEverySecondTimeMore(Shelf):
    runs = 0

    def templates(self) -> tuple[Template, ...]:
        type(self).runs += 1
        return tuple(replace(each, notes=("again",) * (self.runs % 2)) for each in TEMPLATES)


class NamesItsRecordByChance(Shelf):
    runs = 0

    def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
        type(self).runs += 1
        return replace(super().record(request, documents), organisation=f"The shelf {self.runs}")


class GivesFloats(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return each(list(SHELF), lambda document: with_amounts(document, float))


class GivesTextsAsDays(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return each(list(SHELF), lambda document: replace(document, due_date="31.01.2026"))  # type: ignore[arg-type]


class HasNoDigest(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return each(list(SHELF), lambda document: replace(document, digest=""))


class SplitsACent(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        first = SHELF[2].lines[0]
        parts = tuple(replace(first, amount=Decimal(text)) for text in ("3.335", "6.665"))
        return [*SHELF[:2], replace(SHELF[2], lines=parts), *SHELF[3:]]


class Prints(Shelf):
    def fetch(self, request: Request) -> Fetched:
        print("Fetching.")  # noqa: T201 - what is wrong with it
        return super().fetch(request)


class IgnoresTheCount(Shelf):
    def lost(self) -> int:
        return 0


class RaisesWhatItLikes(Shelf):
    def fail(self, fault: str) -> None:
        if fault:
            raise KeyError(fault)


class GivesAPartForTheWhole(Shelf):
    def shelf(self) -> list[FetchedDocument]:
        return list(SHELF[:2] if self.environment.get(FAULT) else SHELF)

    def fail(self, fault: str) -> None:
        pass


class TellsItsSecret(Shelf):
    def fetch(self, request: Request) -> Fetched:
        self.tell(f"Waits for {SECRET}.")
        return super().fetch(request)


class RaisesItsSecret(Shelf):
    def fail(self, fault: str) -> None:
        if fault:
            raise ServerFaultError("shelf", "It fell over.") from ValueError(SECRET)


class ShowsItsSecret(Shelf):
    def __repr__(self) -> str:
        return f"Shelf({self.environment})"


class KeepsItsSecret(Shelf):
    def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
        return replace(super().record(request, documents), organisation_id=SECRET)


class PrintsItsSecret(Shelf):
    def fetch(self, request: Request) -> Fetched:
        print(SECRET, file=sys.stderr)  # noqa: T201 - what is wrong with it
        return super().fetch(request)


class IsCalledElse(Shelf):
    name = "bookcase"

    def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
        return replace(super().record(request, documents), connector="shelf")


WRONG: list[tuple[str, type[Shelf], str]] = [
    ("test_ids_are_unique", GivesTwice, "document 'middle-a' is given 2 times."),
    ("test_ids_are_unique", GivesATemplateTwice, "template 't-1' is given 2 times."),
    ("test_documents_are_in_order", HasNoOrder, "stands where 2026-01-01 F-first first belongs."),
    ("test_documents_are_in_order", HasNoOrderWithinADay, "document 2026-01-15 F-middle-b middle-b stands where"),
    ("test_documents_are_in_order", HasNoOrderOfTemplates, "template Acme t-2 stands where Acme t-1 belongs."),
    ("test_lines_add_up", LosesALine, "first: its lines add up to 100.00, and it says 150.00."),
    ("test_lines_add_up", LosesALineOfATemplate, "t-1: its lines add up to 60.00, and it says 100.00."),
    ("test_signs_are_right", CreditsAreCharges, "credit: 7.00 has the wrong sign; a credit_note of -7.00 is in"),
    ("test_amounts_are_those_of_the_ledger", GivesTax, "credit: -14.00 was given, and -7.00 excl. tax is in the"),
    ("test_amounts_are_those_of_the_ledger", IsOffByACent, "middle-a: 10.01 was given, and 10.00 excl. tax is"),
    ("test_documents_say_what_the_ledger_says", says_else(status="void"), "its status is void, and approved in the"),
    ("test_documents_say_what_the_ledger_says", says_else(kind="other"), "its kind is other, and invoice in the"),
    ("test_documents_say_what_the_ledger_says", says_else(currency="USD"), "its currency is USD, and EUR in the"),
    (
        "test_documents_say_what_the_ledger_says",
        says_else(issue_date=date(2026, 1, 14)),
        "its issue_date is 2026-01-14, and 2026-01-15 in the ledger.",
    ),
    ("test_documents_say_what_the_ledger_says", says_else(number="F-middle"), "its number is F-middle, and F-"),
    ("test_documents_say_what_the_ledger_says", InventsADocument, "made-up: there is no such document."),
    ("test_the_window_is_kept", LeavesOutTheLastDay, "last of 2026-01-31 is left out, at the end of the window."),
    ("test_the_window_is_kept", LeavesOutTheFirstDay, "first of 2026-01-01 is left out, at the end of the window."),
    ("test_the_window_is_kept", GivesADayMore, "after of 2026-02-01 lies outside 2026-01-01 to 2026-01-31."),
    ("test_everything_is_there", LosesADocument, "middle-b of 2026-01-15 is left out."),
    ("test_everything_is_there", LosesATemplate, "The template t-2 is left out."),
    ("test_everything_is_there", InventsATemplate, "There is no template t-3."),
    ("test_everything_is_there", record_with(shortcomings=lambda _: ("I doubt it.",)), "that something lacks: I doubt"),
    (
        "test_everything_is_there",
        record_with(counts=lambda true: (replace(true.counts[0], stated=true.counts[0].stated + 1),)),
        "Of 6 documents, 5 were read.",
    ),
    ("test_the_record_is_true", record_with(connector=lambda _: "bookcase"), "'bookcase' instead of 'shelf'."),
    (
        "test_the_record_is_true",
        record_with(request=lambda true: replace(true.request, first_day=date(2025, 1, 1))),
        "and what was asked for is",
    ),
    ("test_the_record_is_true", record_with(read_at=lambda true: true.read_at.replace(year=2001)), "which is not now"),
    ("test_the_record_is_true", record_with(counts=lambda _: ()), "It counts nothing"),
    (
        "test_the_record_is_true",
        record_with(counts=lambda _: (Count(kind="documents", stated=1, read=1),)),
        "It counts 1 objects as read, and gives 5 documents.",
    ),
    ("test_only_the_customers_asked_for_are_given", ForgetsWhoWasAskedFor, "gives middle-b, which is another's."),
    ("test_only_the_customers_asked_for_are_given", KnowsNamesAlone, "Asked for 'id-acme', it leaves out first."),
    (
        "test_only_the_customers_asked_for_are_given",
        GivesEverybodysTemplates,
        "Asked for 'Birch', it gives the template",
    ),
    ("test_only_the_customers_asked_for_are_given", GivesNobodysTemplates, "'Acme', it leaves out the template t-1."),
    ("test_only_the_customers_asked_for_are_given", KnowsNobodyAndIsComplete, "it says that it is complete."),
    ("test_it_gives_the_same_again", CountsItsRuns, "First {"),
    ("test_it_gives_the_same_again", GivesEverySecondTimeMore, "again"),
    ("test_it_gives_the_same_again", NamesItsRecordByChance, "The records differ:"),
    ("test_a_snapshot_of_it_comes_back", GivesFloats, "It makes no snapshot:"),
    ("test_a_snapshot_of_it_comes_back", GivesTextsAsDays, "It makes no snapshot:"),
    ("test_a_snapshot_of_it_comes_back", HasNoDigest, "digest"),
    ("test_a_check_reads_the_same_lines", SplitsACent, "3.335"),
    ("test_it_prints_nothing", Prints, "It prints 'Fetching.\\n'."),
    ("test_what_it_could_not_read_is_said", IgnoresTheCount, "a book is missing: it says that 5 documents are all"),
    ("test_faults_end_in_the_truth_or_in_a_typed_error", RaisesWhatItLikes, "on fire: it raises KeyError: 'on fire'"),
    ("test_faults_end_in_the_truth_or_in_a_typed_error", GivesAPartForTheWhole, "on fire: it says that it is complete"),
    ("test_no_secret_is_shown", TellsItsSecret, "A secret shows in a text of 22 letters."),
    ("test_no_secret_is_shown", RaisesItsSecret, "A secret shows"),
    ("test_no_secret_is_shown", ShowsItsSecret, "A secret shows"),
    ("test_no_secret_is_shown", KeepsItsSecret, "A secret shows"),
    ("test_no_secret_is_shown", PrintsItsSecret, "A secret shows"),
    ("test_the_name_is_proper", IsCalledElse, "It calls itself 'bookcase'."),
]


@pytest.mark.parametrize(("rule", "wrong", "told"), WRONG, ids=[f"{rule}-{wrong.__name__}" for rule, wrong, _ in WRONG])
def test_what_is_wrong_is_caught_by_the_rule_about_it(rule: str, wrong: type[Shelf], told: str) -> None:
    class TheseTests(ShelfTests):
        connector = wrong

    found = broken_rules(TheseTests(), [each for each in RULES if each != REGISTERED])
    assert list(found) == [rule], found
    assert told in found[rule]
    assert found[rule].startswith("The connector shelf breaks a rule:\n  ")
    assert SECRET not in found[rule]


def test_every_rule_has_a_connector_that_breaks_it() -> None:
    beside = {REGISTERED, "test_the_truth_can_tell_a_wrong_connector"}  # below
    assert {rule for rule, _, _ in WRONG} | beside == {*RULES}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs distributions that register a connector."""

    def install(source: str, name: str = "shelf", distribution: str = "shelves") -> None:
        folder = tmp_path / distribution
        module = f"{distribution}_module"
        make_distribution(folder, distribution, "1.2", {module: source}, {name: f"{module}:connect"})
        monkeypatch.syspath_prepend(folder)

    return install


GOOD = "from tests.conformance.shelf import connect\n"


def test_a_connector_that_does_everything_right_breaks_no_rule(installed: Callable[..., None]) -> None:
    installed(GOOD)

    class Registered(ShelfTests):
        connect = ConnectorTests.connect  # type: ignore[assignment] # by its entry point

    assert broken_rules(Registered(), RULES) == {}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (f"{GOOD}print('Hello.')\n", "Hello."),
        (f"{GOOD}import sys\nprint('Hello.', file=sys.stderr)\n", "Hello."),
        ("raise ImportError('no such thing')\n", "no such thing"),
        ("connect = 1\n", "Its entry point names nothing that can be called."),
        (
            f"{GOOD}import socket\nsocket.socket().connect_ex(('127.0.0.1', 9))\n",
            "It goes to the network when loaded.",
        ),
    ],
)
def test_loading_a_connector_does_nothing(installed: Callable[..., None], source: str, told: str) -> None:
    installed(source)
    found = broken_rules(ShelfTests(), [REGISTERED])
    assert told in found[REGISTERED]


def test_a_connector_that_is_loaded_before_it_is_named(installed: Callable[..., None], tmp_path: Path) -> None:
    installed(GOOD)
    (tmp_path / "shelves" / "sitecustomize.py").write_text("import shelves_module\n", encoding="utf-8")
    assert "It is loaded before anybody names it." in broken_rules(ShelfTests(), [REGISTERED])[REGISTERED]


def test_a_connector_is_registered_by_one_distribution(installed: Callable[..., None]) -> None:
    assert "0 entry points" in broken_rules(ShelfTests(), [REGISTERED])[REGISTERED]
    installed(GOOD)
    installed(GOOD, distribution="others")
    assert "2 entry points" in broken_rules(ShelfTests(), [REGISTERED])[REGISTERED]


@pytest.mark.parametrize("name", ["Shelf", "s", "1-shelf", "shelf_1", "schäft", "shelf:"])
def test_a_name_is_small_letters_digits_and_hyphens(name: str) -> None:
    class Named(Shelf):
        pass

    Named.name = name

    class TheseTests(ShelfTests):
        connector = Named

    TheseTests.name = name
    found = broken_rules(TheseTests(), [each for each in RULES if each != REGISTERED])
    assert list(found) == ["test_the_name_is_proper"]
    assert f"{name!r} is no such name." in found["test_the_name_is_proper"]


GAPS = {
    "no last day": (lambda each: each.id != "last", "No document is dated on the first, or none on the last day"),
    "no first day": (lambda each: each.id != "first", "No document is dated on the first, or none on the last day"),
    "nothing before": (lambda each: each.id != "before", "No document lies before the window, or none behind it."),
    "nothing after": (lambda each: each.id != "after", "No document lies before the window, or none behind it."),
    "nothing between": (lambda each: each.issue_date.day in {1, 31}, "No document lies between the ends"),
    "one customer": (lambda each: each.customer == "Birch", "All documents of the window are of one customer."),
    "no credit": (lambda each: each.id != "credit", "No credit note lies in the window; say has_credit_notes=False"),
}


@pytest.mark.parametrize("name", GAPS)
def test_a_truth_that_shows_little_is_told(name: str) -> None:
    keep, told = GAPS[name]

    class TheseTests(ShelfTests):
        truth = replace(TRUTH, documents=tuple(filter(keep, TRUTH.documents)))

    with pytest.raises(BrokenRuleError, match=told):
        TheseTests().test_the_truth_can_tell_a_wrong_connector()


def test_a_ledger_without_credit_notes_says_so() -> None:
    kept = tuple(each for each in TRUTH.documents if each.kind != "credit_note")

    class TheseTests(ShelfTests):
        truth = replace(TRUTH, documents=kept, has_credit_notes=False)

    TheseTests().test_the_truth_can_tell_a_wrong_connector()


def test_two_true_documents_with_one_id_are_told() -> None:
    class TheseTests(ShelfTests):
        truth = replace(TRUTH, documents=(*TRUTH.documents, TRUTH.documents[0]))

    with pytest.raises(BrokenRuleError, match="Two documents have the same id"):
        TheseTests().test_the_truth_can_tell_a_wrong_connector()


@pytest.mark.parametrize(
    ("test", "lacks"),
    [
        ("test_what_it_could_not_read_is_said", "losses"),
        ("test_faults_end_in_the_truth_or_in_a_typed_error", "faults"),
        ("test_no_secret_is_shown", "secrets"),
    ],
)
def test_what_is_not_described_is_skipped_not_passed(test: str, lacks: str) -> None:
    class TheseTests(ShelfTests):
        pass

    setattr(TheseTests, lacks, ())
    with pytest.raises(SkipTest, match=f"No {lacks} are described for the connector shelf"):
        getattr(TheseTests(), test)()


def test_a_fault_may_end_in_the_truth_or_in_a_shortcoming() -> None:
    class Recovers(Shelf):
        def fail(self, fault: str) -> None:
            pass

    class Admits(GivesAPartForTheWhole):
        def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
            true = super().record(request, documents)
            return replace(true, shortcomings=("It burnt.",)) if self.environment.get(FAULT) else true

    for right in (Recovers, Admits):

        class TheseTests(ShelfTests):
            connector = right

        TheseTests().test_faults_end_in_the_truth_or_in_a_typed_error()


def test_a_loss_may_end_in_an_error() -> None:
    class Refuses(Shelf):
        def lost(self) -> int:
            if super().lost():
                raise ServerFaultError("shelf", "The counts differ.")
            return 0

    class TheseTests(ShelfTests):
        connector = Refuses

    TheseTests().test_what_it_could_not_read_is_said()


def test_an_unknown_customer_may_end_in_an_error() -> None:
    class Refuses(Shelf):
        def record(self, request: Request, documents: tuple[FetchedDocument, ...]) -> Completeness:
            true = super().record(request, documents)
            if true.shortcomings:
                raise ServerFaultError("shelf", "There is nobody of this name.")
            return true

    class TheseTests(ShelfTests):
        connector = Refuses

    TheseTests().test_only_the_customers_asked_for_are_given()


def test_who_forgets_to_set_up_a_ledger_is_told() -> None:
    class TheseTests(ConnectorTests):
        name = "shelf"
        truth = TRUTH

    with pytest.raises(NotImplementedError):
        TheseTests().test_ids_are_unique()


def test_the_suite_needs_no_pytest_and_the_package_needs_no_suite() -> None:
    program = "import sys, billcheck, billcheck.check, billcheck.cli.main; print('billcheck.testing' in sys.modules)\n"
    program += "import billcheck.testing; print('pytest' in sys.modules, '_pytest' in sys.modules)"
    said = subprocess.check_output([sys.executable, "-c", program], encoding="utf-8")
    assert said.split() == ["False", "False", "False"]
