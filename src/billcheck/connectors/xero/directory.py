"""What Xero's documents refer to: the organisation, its contacts and its items.

Comes in: objects of its answers. Goes out: names, codes, a currency and a time zone. Must not know documents or
requests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from billcheck.connectors.payload import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Whose ledger it is; `zone` is None where its time zone is not known."""

    name: str
    currency: str = ""
    zone: ZoneInfo | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold, as it is called today."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Directory:
    """What documents refer to.

    `contacts` are, by id, the id and name of the contact each was merged into, or its own. `items` are by id, and
    `items_by_code` the same by code.
    """

    organisation: Organisation
    contacts: Mapping[str, tuple[str, str]]
    items: Mapping[str, Item] = field(default_factory=dict)
    items_by_code: Mapping[str, Item] = field(default_factory=dict)

    def customer(self, contact: Payload) -> tuple[str, str]:
        """The id and name of the customer of a document."""
        key = contact.text("ContactID")
        return self.contacts.get(key) or (key, on_one_line(contact.optional_text("Name")) or key)

    def item(self, line: Payload) -> Item:
        """What a line sells, as it is called today; both empty where it says nothing.

        A code that was changed in Xero may stand on older lines as it was: the item's id tells which it is.
        """
        own = line.nested("Item") if line.has("Item") else None
        key = "" if own is None else own.optional_text("ItemID")
        known = self.items.get(key)
        if known is not None:
            return known
        code = line.optional_text("ItemCode") or ("" if own is None else own.optional_text("Code"))
        return self.items_by_code.get(code) or Item(code, "" if own is None else own.optional_text("Name"))


def read_organisation(payload: Payload) -> Organisation:
    """The organisation."""
    return Organisation(
        name=payload.text("Name"),
        currency=payload.optional_text("BaseCurrency"),
        zone=zone_of(payload.optional_text("Timezone")),
        is_demo=payload.is_set("IsDemoCompany"),
    )


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone that Xero calls so: the names of Windows in capitals, without what is no letter or figure."""
    # Loaded here: most days need no zone, and the names are many.
    from babel.core import get_global  # noqa: PLC0415

    if not name:
        return None
    zones = get_global("windows_zone_mapping")
    found = next((zone for known, zone in zones.items() if _folded(known) == _folded(name)), "")
    try:
        return ZoneInfo(found) if found else None
    except (KeyError, OSError, ValueError):
        return None


def _folded(name: str) -> str:
    return "".join(char for char in name if char.isalnum()).upper()


def read_items(payloads: Iterable[Payload]) -> dict[str, Item]:
    """Items by id."""
    return {
        payload.text("ItemID"): Item(payload.text("Code"), on_one_line(payload.optional_text("Name")))
        for payload in payloads
    }


def merged_names(contacts: Mapping[str, Payload]) -> dict[str, tuple[str, str]]:
    """Every contact's id and name, those of the contact it was merged into where it was, however often."""
    names = {}
    for key in contacts:
        last, seen = key, {key}
        while (into := contacts[last].optional_text("MergedToContactID")) in contacts and into not in seen:
            last = into
            seen.add(into)
        names[key] = (last, on_one_line(contacts[last].text("Name")))
    return names


def find_customers(
    asked: Sequence[str], names: Mapping[str, tuple[str, str]], contacts: Mapping[str, Payload]
) -> tuple[list[str], list[str]]:
    """The ids of the contacts asked for by id or name, all that are one by now; and what was asked for in vain.

    Args:
        asked: Ids and names; the name a contact had before it was merged will do.
        names: What `merged_names` gave.
        contacts: The contacts by id.
    """
    own = {key: on_one_line(contact.text("Name")).casefold() for key, contact in contacts.items()}
    wanted, missing = set[str](), []
    for customer in asked:
        folded = on_one_line(customer).casefold()
        found = {
            key
            for key, (into, name) in names.items()
            if customer in {key, into} or folded in {name.casefold(), own[key]}
        }
        merged = {names[key][0] for key in found}
        wanted |= {key for key, (into, _) in names.items() if into in merged}
        if not found:
            missing.append(customer)
    return sorted(wanted), missing


def on_one_line(name: str) -> str:
    """A name with single spaces, as people write it: in Xero it may hold a line break or several spaces."""
    return " ".join(name.split())
