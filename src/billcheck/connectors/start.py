"""From what a fetch starts: from nothing, from where an earlier one broke off, or from what the last one read.

Comes in: the folder where fetches are kept, and whether to build on what lies there. Goes out: for each query, what is
held of it and how to keep what is read. A connector that knows nothing of all that is fetched from nothing. Must not
know any ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, runtime_checkable
from urllib.parse import urlsplit

from billcheck.connectors.checkpoint import Checkpoint, checkpoint_path, read_base, remove_old
from billcheck.connectors.faults import AnswerError, RedirectError, RefusedError, SignInError
from billcheck.connectors.held_lines import HeldPage, HeldQuery, fetch_name
from billcheck.connectors.payload import Payload
from billcheck.connectors.progress import Progress
from billcheck.connectors.sweep import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from billcheck.connectors.base import Connector, Fetched, Request
    from billcheck.connectors.held_lines import Held
    from billcheck.connectors.sweep import Changes

OVERLAP = timedelta(days=1)
"""How long before what is held was read changes are asked for: clocks differ, and ledgers may know only the day."""
Told = TypeVar("Told")


class Inquiry(Protocol):
    """What a connector can ask of one query beyond its pages."""

    def changes(self, since: datetime) -> Changes[Payload] | None:
        """What was changed since, wherever it is by now; None where that cannot be proved to be all."""
        ...

    def around(self, position: int) -> Page[Payload]:
        """A short run of the query's order that holds the objects before and behind a position."""
        ...

    def gone(self, ids: frozenset[str], since: datetime) -> frozenset[str]:
        """Which of these the ledger knows to be removed since."""
        ...


@runtime_checkable
class ResumingConnector(Protocol):
    """A connector that can go on from what an earlier fetch read."""

    def fetch_from(self, request: Request, start: Start) -> Fetched:
        """Read what is asked for, and keep what was read.

        Raises:
            ConnectorError: The ledger could not be read, or not to the end; what was read is kept.
        """
        ...


def fetch_with(connector: Connector, request: Request, start: Start) -> Fetched:
    """Fetch from a start, where the connector knows how to; from nothing else.

    Raises:
        ConnectorError: The ledger could not be read, or not to the end.
    """
    if isinstance(connector, ResumingConnector):
        return connector.fetch_from(request, start)
    return connector.fetch(request)


class Start:
    """What one fetch starts from and keeps; a context, which lets go of the file.

    Without a folder, it starts from nothing and keeps nothing.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        tell: Callable[[str], None] = lambda _: None,
        show: Callable[[str], None] = lambda _: None,
        is_update: bool = False,
        is_fresh: bool = False,
    ) -> None:
        """Prepare; nothing is touched before `open`.

        Args:
            folder: Where fetches are kept.
            tell: Is told what is gone on from, and why something is not.
            show: Is given how far the fetch is, after each page, in a few words that replace those before.
            is_update: Whether to build on what the last fetch of the same request read, and to keep what this one
                reads for the next.
            is_fresh: Whether to start from nothing, whatever is held.
        """
        self._folder = folder
        self._tell = tell
        self.progress = Progress(show)
        self._is_update = is_update
        self._is_fresh = is_fresh
        self._checkpoint: Checkpoint | None = None
        self._base: Held | None = None
        self._base_path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._checkpoint is not None:
            self._checkpoint.close()

    @property
    def kept(self) -> str:
        """What is kept of the fetch, for a message; empty for nothing."""
        checkpoint = self._checkpoint
        if checkpoint is None or not checkpoint.objects:
            return ""
        return f"What was read so far ({checkpoint.objects:,} objects) is kept in {checkpoint.path}"

    def open(self, connector: str, organisation_id: str, request: Request, now: datetime, *, address: str = "") -> None:
        """Look up what is held, once it is known which organisation is read.

        Args:
            connector: The name of the connector.
            organisation_id: The organisation.
            request: What is asked for.
            now: The time by the ledger's clock, before anything of this fetch is read.
            address: Of the interface, of which the host counts: that of a sandbox is another ledger, and a proxy of
                one's own may stand at any port.
        """
        folder = self._folder
        if folder is None:
            return
        remove_old(folder, now)
        name = fetch_name(connector, organisation_id, request, urlsplit(address).hostname or "")
        if self._is_update:
            self._base_path = checkpoint_path(folder, name, is_base=True)
            if not self._is_fresh:
                self._base = read_base(self._base_path, name, now=now, tell=self._tell)
        self._checkpoint = Checkpoint.open(
            checkpoint_path(folder, name),
            name,
            now=now,
            whole_since=now if self._base is None else self._base.whole_since,
            is_fresh=self._is_fresh,
            tell=self._tell,
        )
        if self._checkpoint.objects:
            self._tell(
                f"Going on where a fetch of {self._checkpoint.begun:%Y-%m-%d %H:%M} UTC broke off: "
                f"{self._checkpoint.objects:,} objects are held, and what was changed since is asked for."
            )
        elif self._base is not None:
            self._tell(f"Asking for what was changed since {self._base.begun:%Y-%m-%d %H:%M} UTC, and a day before.")

    def query(
        self, text: str, size: int, inquiry: Inquiry, *, path: str, names: tuple[str, ...] = ()
    ) -> KeptQuery | None:
        """What is held of a query and how to keep what is read of it; None where nothing is kept.

        Args:
            text: All that was asked, so that equal texts are equal questions.
            size: The objects of a page.
            inquiry: What can be asked beyond the pages.
            path: How messages name what is read, as in ``xero Invoices``.
            names: The keys by which the objects are called, where it is a list of names.
        """
        checkpoint = self._checkpoint
        if checkpoint is None:
            return None
        held, begun = checkpoint.take(text), checkpoint.begun
        is_own = bool(held.pages)
        if not is_own and self._base is not None:
            held, begun = self._base.queries.pop(text, HeldQuery()), self._base.begun
        self.progress.begin(
            text, path.rpartition(" ")[2], {number: len(page.items) for number, page in held.pages.items()}
        )
        usable = {number: page for number, page in held.pages.items() if held.is_proved or page.size == size}
        return KeptQuery(
            checkpoint=checkpoint,
            text=text,
            size=size,
            path=path,
            inquiry=inquiry,
            since=begun - OVERLAP,
            source=HeldQuery(usable, held.mended, held.is_proved),
            is_own=is_own,
            tell=self._tell,
            progress=self.progress,
            names=names,
            called={
                key: [data.get(name) for name in names] for page in usable.values() for key, data in page.items if names
            },
        )

    def finish(self) -> None:
        """The fetch came to its end and its result is written: keep what the next one builds on, or nothing."""
        if self._checkpoint is not None:
            self._checkpoint.finish(self._base_path)


@dataclass(slots=True, kw_only=True)
class KeptQuery:
    """One query of a fetch; what `sweep` knows as kept."""

    checkpoint: Checkpoint
    text: str
    size: int
    path: str
    inquiry: Inquiry
    since: datetime
    source: HeldQuery
    is_own: bool
    tell: Callable[[str], None]
    progress: Progress
    names: tuple[str, ...]
    called: dict[str, list[Any]]
    read: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def pages(self) -> Mapping[int, Page[Payload]]:
        """The pages that are held."""
        return {
            number: Page([(key, self._payload(key, data)) for key, data in page.items], page.stated, page.is_last)
            for number, page in self.source.pages.items()
        }

    @property
    def is_proved(self) -> bool:
        """Whether they were proved to be everything when they were read."""
        return self.source.is_proved

    def held(self, pages: Mapping[int, Page[Payload]]) -> dict[str, Payload]:
        """Their objects by id, each whole where its page left something out."""
        found = {key: item for number in sorted(pages) for key, item in pages[number].items}
        mended = {key: self._payload(key, data) for key, data in self.source.mended.items() if key in found}
        return found | mended

    def keep(self, number: int, page: Page[Payload]) -> None:
        """Keep a page."""
        items = [(key, payload.data) for key, payload in page.items]
        self.checkpoint.keep(self.text, number, HeldPage(self.size, page.stated, items, page.is_last))
        self.read[number] = frozenset(key for key, _ in page.items)
        self.progress.page(self.text, number, len(page.items), page.stated)

    def mend(self, key: str, payload: Payload) -> None:
        """Keep what was read of an object by itself."""
        self.checkpoint.mend(self.text, key, payload.data)

    def prove(self, found: Mapping[str, Payload]) -> None:
        """Keep that these are everything."""
        if self.is_own and self.is_proved:
            return  # what is held leads to the same again
        if self.source.pages or frozenset().union(*self.read.values()) != found.keys():
            self.checkpoint.drop(self.text)
            listed = [(key, payload.data) for key, payload in found.items()]
            for number, at in enumerate(range(0, max(len(listed), 1), self.size), start=1):
                self.checkpoint.keep(self.text, number, HeldPage(0, len(listed), listed[at : at + self.size]))
        self.checkpoint.prove(self.text)

    def drop(self) -> None:
        """Keep nothing of it any more."""
        self.tell(f"What is held of {self.path} does not fit what the ledger has now: all of it is read again.")
        self.checkpoint.drop(self.text)
        self.source, self.is_own = HeldQuery(), False

    def changes(self) -> Changes[Payload] | None:
        """All that was changed since what is held was read; None where the ledger does not tell.

        Neither is a list of names believed in which a name was changed: others may be made of it.
        """
        changes = _unless_refused(lambda: self.inquiry.changes(self.since), None)
        return None if changes is None or self.renamed(changes.inside) else changes

    def renamed(self, found: Mapping[str, Payload]) -> frozenset[str]:
        """Which objects of a list of names are called otherwise than what was held says."""
        return frozenset(
            key
            for key, was in self.called.items()
            if key in found and [found[key].data.get(name) for name in self.names] != was
        )

    def around(self, position: int) -> Page[Payload]:
        """A short run of the query's order; empty, and so no joint, where the ledger gives none."""
        return _unless_refused(lambda: self.inquiry.around(position), Page((), 0))

    def gone(self, ids: frozenset[str]) -> frozenset[str]:
        """Which of these the ledger knows to be removed; none where it does not tell."""
        return _unless_refused(lambda: self.inquiry.gone(ids, self.since), frozenset())

    def _payload(self, key: str, data: Any) -> Payload:  # noqa: ANN401 - whatever was answered
        return Payload(f"{self.path} {key}", data)


def _unless_refused(ask: Callable[[], Told], otherwise: Told) -> Told:
    """What is answered; something else where the ledger does not know the question, since nothing depends on it."""
    try:
        return ask()
    except SignInError:
        raise
    except (RefusedError, AnswerError, RedirectError):  # the last is 304, where a ledger answers that to changes
        return otherwise
