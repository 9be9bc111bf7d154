"""The tests that every connector has to pass.

Comes in: a connector by name, a ledger that its author set up, what that truly holds, and ways in which it fails. Goes
out: tests, as the methods of a class that pytest finds in those that inherit from it. Must not know any ledger.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, ClassVar
from unittest import SkipTest

from billcheck.connectors.base import Request
from billcheck.connectors.faults import ConnectorError
from billcheck.connectors.live import to_nobody
from billcheck.connectors.registry import list_connectors, load_connector
from billcheck.connectors.snapshot import snapshot_lines
from billcheck.testing import rules
from billcheck.testing.truth import BrokenRuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from billcheck.connectors.base import Connector, Fetched
    from billcheck.testing.truth import Truth

_NAME = re.compile(r"[a-z][a-z0-9-]+")
_NOBODY = "Nobody of this name is in the ledger"
_QUIET = """
import socket, sys
from billcheck.connectors.live import to_nobody
from billcheck.connectors.registry import entry_points, list_connectors, load_connector, GROUP
name = sys.argv[1]
list_connectors()
(entry,) = [each for each in entry_points(group=GROUP) if each.name == name]
if entry.module in sys.modules:
    print("It is loaded before anybody names it.")
sys.addaudithook(lambda event, _: event.startswith("socket.connect") and print("It goes to the network when loaded."))
if not callable(load_connector(name)):
    print("Its entry point names nothing that can be called.")
"""


class ConnectorTests:
    """Inherit from this, say what is asked for below, and let pytest find the class: its name begins with ``Test``.

    `name` is the connector's. `truth` is what the ledger holds. `secrets` are texts that the environment holds and
    nobody may ever see. `faults` are names of ways in which the ledger fails, such as an answer that is cut off;
    `losses` of ways in which it gives less than it holds, such as a page without one of its documents. `ledger` makes
    them so.
    """

    name: ClassVar[str]
    truth: ClassVar[Truth]
    secrets: ClassVar[tuple[str, ...]] = ()
    faults: ClassVar[tuple[str, ...]] = ()
    losses: ClassVar[tuple[str, ...]] = ()
    _once: ClassVar[Fetched]

    def ledger(self, fault: str = "") -> AbstractContextManager[Mapping[str, str]]:
        """The ledger, up and holding the truth; gives the environment in which the connector finds it.

        Args:
            fault: One of `faults` or `losses`, for a ledger that fails so; empty for one that works.
        """
        raise NotImplementedError

    def connect(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> AbstractContextManager[Connector]:
        """The connector, as its entry point makes it."""
        return load_connector(self.name)(environment, tell=tell)

    def test_the_truth_can_tell_a_wrong_connector(self) -> None:
        """The truth holds what a wrong connector would get wrong."""
        self._hold(self.test_the_truth_can_tell_a_wrong_connector, self.truth.gaps())

    def test_the_name_is_proper(self) -> None:
        """A name has two or more small letters, digits and hyphens, begins with a letter, and is what it is called."""
        faults = [] if _NAME.fullmatch(self.name) else [f"{self.name!r} is no such name."]
        with self._connected() as connector:
            if connector.name != self.name:
                faults.append(f"It calls itself {connector.name!r}.")
        self._hold(self.test_the_name_is_proper, faults)

    def test_it_is_registered_and_loads_when_named(self) -> None:
        """One distribution registers it under the entry points, and loading it prints and asks nothing."""
        found = [each for each in list_connectors() if each.name == self.name]
        faults = [] if len(found) == 1 else [f"{len(found)} entry points of billcheck.connectors have this name."]
        if not faults:
            faults = _said_when_loaded(self.name)
        self._hold(self.test_it_is_registered_and_loads_when_named, faults)

    def test_ids_are_unique(self) -> None:
        """Nothing is given twice."""
        self._hold(rules.ids_are_unique, rules.ids_are_unique(self._fetched()))

    def test_documents_are_in_order(self) -> None:
        """The order is the documents' own."""
        self._hold(rules.documents_are_in_order, rules.documents_are_in_order(self._fetched()))

    def test_lines_add_up(self) -> None:
        """Every document foots."""
        self._hold(rules.lines_add_up, rules.lines_add_up(self._fetched()))

    def test_signs_are_right(self) -> None:
        """Credits lower."""
        self._hold(rules.signs_are_right, rules.signs_are_right(self._fetched(), self.truth))

    def test_amounts_are_those_of_the_ledger(self) -> None:
        """Amounts are true."""
        faults = rules.amounts_are_those_of_the_ledger(self._fetched(), self.truth)
        self._hold(rules.amounts_are_those_of_the_ledger, faults)

    def test_documents_say_what_the_ledger_says(self) -> None:
        """Everything else is true as well."""
        faults = rules.documents_say_what_the_ledger_says(self._fetched(), self.truth)
        self._hold(rules.documents_say_what_the_ledger_says, faults)

    def test_the_window_is_kept(self) -> None:
        """Both ends are inclusive."""
        self._hold(rules.the_window_is_kept, rules.the_window_is_kept(self._fetched(), self.truth))

    def test_everything_is_there(self) -> None:
        """Nothing lacks."""
        self._hold(rules.everything_is_there, rules.everything_is_there(self._fetched(), self.truth))

    def test_the_record_is_true(self) -> None:
        """What was asked for is what is said."""
        faults = rules.the_record_is_true(self._fetched(), self.name, self._request())
        self._hold(rules.the_record_is_true, faults)

    def test_only_the_customers_asked_for_are_given(self) -> None:
        """By name and by id, and one that is not there is said."""
        faults: list[str] = []
        documents, everything = self.truth.documents, self._fetched()
        for said in sorted({each.customer for each in documents} | {each.customer_id for each in documents} - {""}):
            faults += rules.only_these_customers(self._fetch(customers=(said,)), everything, self.truth, said)
        try:
            unknown = self._fetch(customers=(_NOBODY,))
        except ConnectorError:
            pass
        else:
            if unknown.documents or unknown.completeness.is_complete:
                faults.append("Asked for a customer that is not there, it says that it is complete.")
        self._hold(rules.only_these_customers, faults)

    def test_it_gives_the_same_again(self) -> None:
        """Nothing depends on chance."""
        with self.ledger() as environment:
            first, again = (self._fetch_from(environment) for _ in range(2))
        self._hold(rules.is_the_same_again, rules.is_the_same_again(first, again))

    def test_a_snapshot_of_it_comes_back(self) -> None:
        """Values have their types."""
        self._hold(rules.snapshots_come_back, rules.snapshots_come_back(self._fetched()))

    def test_a_check_reads_the_same_lines(self) -> None:
        """A snapshot is a ledger."""
        self._hold(rules.ledgers_read_the_same, rules.ledgers_read_the_same(self._fetched()))

    def test_it_prints_nothing(self) -> None:
        """Standard output belongs to the result: pauses go to `tell`, and what goes wrong is raised."""
        printed = StringIO()
        with redirect_stdout(printed):
            self._fetch()
        faults = [f"It prints {printed.getvalue()!r}."] if printed.getvalue() else []
        self._hold(self.test_it_prints_nothing, faults)

    def test_what_it_could_not_read_is_said(self) -> None:
        """Of a ledger that gives less than it holds, nothing is complete: a ConnectorError, or a shortcoming."""
        self._needs(self.losses, "losses")
        faults = []
        for loss in self.losses:
            try:
                fetched = self._fetch(loss)
            except ConnectorError:
                continue
            if fetched.completeness.is_complete:
                faults.append(f"{loss}: it says that {len(fetched.documents)} documents are all there is.")
        self._hold(self.test_what_it_could_not_read_is_said, faults)

    def test_faults_end_in_the_truth_or_in_a_typed_error(self) -> None:
        """A ledger that fails ends in the truth, in a shortcoming or in a ConnectorError, and in nothing else."""
        self._needs(self.faults, "faults")
        faults, calm = [], self._fetched()
        for fault in self.faults:
            try:
                fetched = self._fetch(fault)
            except ConnectorError:
                continue
            except Exception as error:  # noqa: BLE001 - this is what is tested
                faults.append(f"{fault}: it raises {type(error).__name__}: {error}")
                continue
            is_same = (fetched.documents, fetched.templates) == (calm.documents, calm.templates)
            if fetched.completeness.is_complete and not is_same:
                faults.append(f"{fault}: it says that it is complete, and gives others than without the fault.")
        self._hold(self.test_faults_end_in_the_truth_or_in_a_typed_error, faults)

    def test_no_secret_is_shown(self) -> None:
        """What the environment holds in confidence shows in no text: none that is printed, kept, told or raised."""
        self._needs(self.secrets, "secrets")
        shown: list[str] = []
        printed = StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            with self._connected(shown.append) as connector:
                shown.append(repr(connector))
                fetched = connector.fetch(self._request())
                shown += [repr(fetched), *snapshot_lines(fetched)]
            for fault in (*self.faults, *self.losses):
                try:
                    self._fetch(fault, tell=shown.append)
                except Exception as error:  # noqa: BLE001 - whatever it is, its words are looked at
                    shown += _words_of(error)
        shown.append(printed.getvalue())
        found = [text for text in shown if any(secret in text for secret in self.secrets)]
        self._hold(
            self.test_no_secret_is_shown, [f"A secret shows in a text of {len(text)} letters." for text in found]
        )

    def _request(self, customers: tuple[str, ...] = ()) -> Request:
        return Request(first_day=self.truth.first_day, last_day=self.truth.last_day, customers=customers)

    @contextmanager
    def _connected(self, tell: Callable[[str], None] = to_nobody) -> Iterator[Connector]:
        with self.ledger() as environment, self.connect(environment, tell) as connector:
            yield connector

    def _fetched(self) -> Fetched:
        """What a ledger gives that works; fetched once for all rules about it, since a ledger may take its time."""
        kind = type(self)
        if "_once" not in vars(kind):
            kind._once = self._fetch()  # noqa: SLF001 - of this very class
        return kind._once  # noqa: SLF001 - likewise

    def _fetch(
        self, fault: str = "", *, customers: tuple[str, ...] = (), tell: Callable[[str], None] = to_nobody
    ) -> Fetched:
        with self.ledger(fault) as environment:
            return self._fetch_from(environment, customers=customers, tell=tell)

    def _fetch_from(
        self,
        environment: Mapping[str, str],
        *,
        customers: tuple[str, ...] = (),
        tell: Callable[[str], None] = to_nobody,
    ) -> Fetched:
        with self.connect(environment, tell) as connector:
            return connector.fetch(self._request(customers))

    def _hold(self, rule: Callable[..., object], faults: Iterable[str]) -> None:
        """Raise what breaks a rule, which the docstring of a function says.

        Raises:
            BrokenRuleError: Something does.
        """
        found = tuple(faults)
        if found:
            raise BrokenRuleError(self.name, (rule.__doc__ or "").strip(), found)

    def _needs(self, described: tuple[str, ...], what: str) -> None:
        """Skip a test that has nothing to go by."""
        if not described:
            raise SkipTest(f"No {what} are described for the connector {self.name}.")


def _said_when_loaded(name: str) -> list[str]:
    """What a fresh interpreter prints that loads a connector, or finds wrong with it."""
    program = [sys.executable, "-c", _QUIET, name]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        said = subprocess.check_output(program, stderr=subprocess.STDOUT, env=environment, timeout=60)  # noqa: S603 - ours
    except subprocess.CalledProcessError as error:
        said = error.output
    return said.decode("utf-8", "replace").splitlines()


def _words_of(error: BaseException | None) -> Iterator[str]:
    """What an error says, and those that led to it."""
    while error is not None:
        yield f"{error} {error!r}"
        error = error.__cause__ or error.__context__
