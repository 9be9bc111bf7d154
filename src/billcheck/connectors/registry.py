"""Connectors by name: those that ship, and those that other distributions bring.

Comes in: a name. Goes out: what makes the connector, loaded only then. Connectors register under the entry points
``billcheck.connectors``, each a function that takes the environment and whom to tell of pauses, and gives a context
with the connector. Must not know any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Protocol

from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from billcheck.connectors.base import Connector

GROUP = "billcheck.connectors"


class UnknownConnectorError(Problem):
    """There is no connector of this name."""


class TwoConnectorsError(Problem):
    """Several installed distributions bring a connector of this name."""

    remedy = "Uninstall all but one."


class BrokenConnectorError(Problem):
    """The connector cannot be loaded."""

    remedy = "Reinstall the distribution that brings it, or tell its authors."


class ConnectorFactory(Protocol):
    """What an entry point names."""

    def __call__(
        self, environment: Mapping[str, str], *, tell: Callable[[str], None]
    ) -> AbstractContextManager[Connector]:
        """The connector, as the environment sets it up.

        Raises:
            UsageError: Something of the environment makes no sense, or is missing.
        """
        ...


@dataclass(frozen=True, slots=True, order=True)
class Registered:
    """A connector that is installed: its name, and the distribution and version that bring it."""

    name: str
    distribution: str
    version: str


def list_connectors() -> tuple[Registered, ...]:
    """Every connector that is installed, by name; none of them is loaded."""
    return tuple(sorted(Registered(entry.name, *_origin(entry)) for entry in entry_points(group=GROUP)))


def load_connector(name: str) -> ConnectorFactory:
    """What makes a connector.

    Raises:
        UsageError: No connector has this name, several have, or it cannot be loaded.
    """
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        known = ", ".join(dict.fromkeys(entry.name for entry in list_connectors())) or "none"
        raise UsageError([UnknownConnectorError("connector", name, remedy=f"Installed are: {known}.")])
    if len(found) > 1:
        origins = ", ".join(" ".join(_origin(entry)) for entry in found)
        raise UsageError([TwoConnectorsError(f"connector {name}", origins)])
    try:
        factory: ConnectorFactory = found[0].load()
    except Exception as error:
        raise UsageError([BrokenConnectorError(f"connector {name}", f"{type(error).__name__}: {error}")]) from error
    return factory


def _origin(entry: EntryPoint) -> tuple[str, str]:
    return ("unknown", "") if entry.dist is None else (entry.dist.name, entry.dist.version)
