"""Everything that can go wrong between us and a ledger, once, for both ledgers.

`PASSING` and `FINAL` are single answers that any server may give. `FAULTS` are all of them and the rest: limits, tokens
that expire, pages that move, rows that lack something. Each says how a run that meets it may end; that it ends with
other figures than the ledger's, without a word, is never among them.
"""

from __future__ import annotations

import json
import operator
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, cast

from tests.connectors.live.worlds import IDLE, MARK, Body, Fault, Provider, World
from tests.servers import quickbooks
from tests.servers.raw import Asked, Reply, answer, drip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


LIMITS = {
    "429 with seconds": answer(b"{}", status=429, headers={"Retry-After": "1"}),
    "429 with a fraction": answer(b"{}", status=429, headers={"Retry-After": "0.2"}),
    "429 with a date": answer(
        b"{}", status=429, headers={"Retry-After": _date(NOW + timedelta(seconds=1)), "Date": _date(NOW)}
    ),
    "429 in the past": answer(b"{}", status=429, headers={"Retry-After": "Fri, 01 Jan 2016 00:00:00 GMT"}),
    "429 with rubbish": answer(b"{}", status=429, headers={"Retry-After": "soon"}),
    "429 with less than nothing": answer(b"{}", status=429, headers={"Retry-After": "-5"}),
    "429 without a word": answer(b"", status=429),
    "429 as HTML": answer(b"<p>slow down", status=429, kind="text/html"),
}
PASSING = {
    "503 as HTML": answer(b"<h1>offline</h1>", status=503, kind="text/html"),
    "500 without a word": answer(b"", status=500, kind="text/plain"),
    "502": answer(b"bad gateway", status=502, kind="text/plain"),
    "504": answer(b"", status=504),
    "reset before a word": Reply((), end="reset"),
    "closed before a word": Reply((), end="close"),
    "reset in the body": answer(b'{"Invoices": [', length=500, end="reset"),
    "a body shorter than it says": answer(b'{"Invoices": [', length=500, end="close"),
    "cut JSON": answer(b'{"Invoices": ['),
    "cut gzip": Reply((answer({"Invoices": [1] * 500}, is_packed=True).pieces[0][:-20],), end="close"),
    "gzip that is none": answer(b"{}", headers={"Content-Encoding": "gzip"}),
    "200 as HTML": answer(b"<html>sign in</html>", kind="text/html"),
    "200 as XML": answer(b"<a/>", kind="application/xml"),
    "200 without a body": answer(b""),
    "200 with null": answer(b"null"),
    "200 with nothing in it": answer(b"{}"),
    "204": Reply((b"HTTP/1.1 204 No Content\r\n\r\n",)),
    "NaN": answer(b'{"Invoices": [NaN]}'),
    "nested too deeply": answer(b"[" * 50_000),
    "not UTF-8": answer(b'{"a": "\xff"}'),
    "a hang": Reply((b"HTTP/1.1 200 OK\r\n", b""), pause=0.8),
    "a body that hangs": Reply((answer({"a": [1] * 100}).pieces[0][:-50], b""), pause=0.7),
    "a drip of the body": drip(answer({"a": [1] * 500}), 3, 0.1),
    "a drip of the headers": drip(answer({"a": 1}, headers={"X-Long": "x" * 500}), 3, 0.1),
    **LIMITS,
}
FINAL = {
    "a redirect": (answer(b"", status=302, headers={"Location": "https://example.org/"}), "RedirectError"),
    "a redirect that keeps the method": (
        answer(b"", status=307, headers={"Location": "https://example.org/"}),
        "RedirectError",
    ),
    "not allowed": (answer({"Detail": "AuthenticationUnsuccessful"}, status=403), "NotAllowedError"),
    "not found": (
        answer(b"The resource you're looking for cannot be found", status=404, kind="text/html"),
        "NotThereError",
    ),
    "gone": (answer(b"", status=410), "NotThereError"),
    "a bad request": (answer({"Message": "bad where"}, status=400), "RefusedError"),
    "a flood": (answer({"a": "x" * 400_000}), "TooLargeError"),
    "a packed flood": (answer({"a": "x" * 5_000_000}, is_packed=True), "TooLargeError"),
    "429 for a day": (
        answer(b"{}", status=429, headers={"Retry-After": "66975", "X-Rate-Limit-Problem": "day"}),
        "WaitError",
    ),
    "429 for two minutes": (answer(b"{}", status=429, headers={"Retry-After": "120"}), "WaitError"),
}
_QUICKBOOKS_PASSING = {
    "throttled, as XML": answer(
        quickbooks.xml_fault("003001", "message=ThrottleExceeded"), status=403, kind="application/xml"
    ),
    "throttled, inside a 200": answer(quickbooks.fault("3001", "ThrottleExceeded")),
    "throttled, in small letters": answer(
        quickbooks.lower_fault("3001", "ThrottleExceeded", "SERVICE", 429), status=429
    ),
    "10000": answer(quickbooks.fault("10000", "An application error has occurred"), status=400),
    "500 with a fault": answer(quickbooks.fault("5", "down", "SystemFault"), status=500),
}
_QUICKBOOKS_FINAL = {
    "a fault in capitals": answer(quickbooks.fault("4001", "QueryValidationError"), status=400),
    "a fault in small letters": answer(
        quickbooks.lower_fault("3100", "ApplicationAuthorizationFailed", "AUTHORIZATION", 403), status=403
    ),
    "a fault as XML": answer(quickbooks.xml_fault("000610", "Object Not Found"), status=400, kind="application/xml"),
    "a fault inside a 200": answer(quickbooks.fault("610", "Object Not Found")),
    "a fault as XML inside a 200": answer(quickbooks.xml_fault("000610", "Not Found"), kind="application/xml"),
    "a fault in a batch inside a 200": answer(
        {"BatchItemResponse": [{"bId": "1"}, quickbooks.fault("6000", "business")]}
    ),
    "a fault beside rows": answer({"QueryResponse": {"maxResults": 0}, **quickbooks.fault("610", "Not Found")}),
}
_XERO_FINAL = {
    "an error inside a 200": answer(
        {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred"}
    ),
    "a status of ERROR inside a 200": answer({"Id": "1", "Status": "ERROR", "ProviderName": "tests"}),
    "a token of another scope": answer(
        {"Title": "Unauthorized", "Status": 401, "Detail": "AuthorizationUnsuccessful"}, status=401
    ),
}
MISSING, ENORMOUS = object(), "an enormous number"
EQUAL, ERROR = frozenset({"equal"}), frozenset({"ConnectorError"})
TOLD = ERROR | {"told"}
NEVER_SILENT = EQUAL | TOLD


def _says(reply: Reply) -> Callable[[World, Asked], Reply]:
    return lambda *_: reply


def _told(body: Body) -> Reply:
    return answer(json.dumps(body).replace(f'"{ENORMOUS}"', "1e400").encode())


def _rows(change: Callable[[list[Body]], object]) -> Callable[[World, Asked], Reply]:
    """The documents of an answer, changed; nothing where it holds too few to change."""

    def act(world: World, asked: Asked) -> Reply:
        body = world.body(asked)
        rows = world.provider.rows(body)
        if len(rows) < 3:  # what is put or taken should not be all there is
            return IDLE
        change(rows)
        return _told(body)

    return act


def _counted(count: Callable[[int], object]) -> Callable[[World, Asked], Reply]:
    def act(world: World, asked: Asked) -> Reply:
        body = world.body(asked)
        where = world.provider.counted(body)
        if not where.get(world.provider.count):
            return IDLE
        where[world.provider.count] = count(where[world.provider.count])
        return _told(body)

    return act


def _first_page(world: World, asked: Asked) -> Reply:
    target = world.provider.first_page(asked.target)
    return IDLE if target == asked.target else world.true(replace(asked, target=target))


def _field(path: tuple[str | int, ...], value: object, *, is_new: bool = False) -> Callable[[World, Asked], Reply]:
    """One value, changed, of the first document that has it; with `is_new` of the first there is."""

    def act(world: World, asked: Asked) -> Reply:
        body = world.body(asked)
        if path[0] == "CustomerRef" and {"SalesReceipt", "RefundReceipt"} & set(body.get("QueryResponse") or ()):
            return IDLE  # a receipt may have no customer
        for row in [*world.provider.rows(body), *([] if is_new else _customers(body))]:
            holder: Any = row
            for step in path[:-1]:
                holder = holder[step] if isinstance(step, int) and len(holder) > step else _under(holder, step)
            if isinstance(holder, dict) and (is_new or holder.get(str(path[-1])) not in (None, [], "")):
                if value is MISSING:
                    del holder[path[-1]]
                else:
                    holder[path[-1]] = value
                return _told(body)
        return IDLE

    return act


def _under(holder: Any, step: object) -> Any:
    return holder.get(step, {}) if isinstance(holder, dict) else {}


def _customers(body: Body) -> list[Body]:
    return body.get("Contacts") or (body.get("QueryResponse") or {}).get("Customer") or []


def _both_days(value: object) -> Callable[[World, Asked], Reply]:
    def act(world: World, asked: Asked) -> Reply:
        body = world.body(asked)
        rows = world.provider.rows(body)
        for row in rows[:1]:
            row.update(DateString=value, Date=value)
        return _told(body) if rows else IDLE

    return act


def _world(change: Callable[[Provider, Any], object]) -> Callable[[World, Asked], None]:
    """What somebody does in the ledger just before it answers."""

    def act(world: World, _: Asked) -> None:
        change(world.provider, world.ledger)

    return act


def _swap(provider: Provider, ledger: Any) -> None:
    provider.remove(ledger, 0)
    provider.insert(ledger, "f")


def _never_rests(world: World, asked: Asked) -> None:
    world.provider.insert(world.ledger, "0")
    last = world.ledger.documents[-1]
    made = last[1] if isinstance(last, tuple) else last
    key = "Id" if "Id" in made else "InvoiceID"
    made[key] = re.sub(r"^.*(.{28})$|^.*$", rf"{70_000_000 + asked.number}\1", made[key])


def _expires(*said: Reply, **service: Any) -> Callable[[World, Asked], None]:
    """The token in force is good no more; the token service answers so, before it answers by itself."""

    def act(world: World, _: Asked) -> None:
        world.first_good = world.tokens.refreshes + 1
        for name, value in service.items():
            setattr(world.tokens, name, value)
        world.of_tokens = lambda call: said[call - 1] if call <= len(said) else None

    return act


def _ever_expired(world: World, _: Asked) -> None:
    world.first_good = 10**6


def _ends_of(error: str) -> frozenset[str]:
    """What is refused may have been asked in a way that is not understood, and is asked once more in another.

    A company that is not there is one that the sign-in does not reach.
    """
    more = {"RefusedError": EQUAL, "NotThereError": frozenset({"NotAllowedError"})}
    return frozenset({error, "told"}) | more.get(error, frozenset())


def _answers() -> list[Fault]:
    both = [
        *(Fault(name, _says(reply)) for name, reply in PASSING.items()),
        *(Fault(f"{name}, for ever", _says(reply), stays=True, ends=NEVER_SILENT) for name, reply in PASSING.items()),
        # What lies beside the documents is told to be missing where it cannot be read.
        *(Fault(name, _says(reply), ends=_ends_of(error)) for name, (reply, error) in FINAL.items()),
        *(Fault(name, _says(reply), of="quickbooks") for name, reply in _QUICKBOOKS_PASSING.items()),
        *(
            Fault(f"{name}, for ever", _says(reply), stays=True, ends=NEVER_SILENT, of="quickbooks")
            for name, reply in _QUICKBOOKS_PASSING.items()
        ),
    ]
    for of, replies in (("quickbooks", _QUICKBOOKS_FINAL), ("xero", _XERO_FINAL)):
        both += [Fault(name, _says(reply), ends=NEVER_SILENT, of=of) for name, reply in replies.items()]
        both += [
            Fault(f"{name}, for ever", _says(reply), stays=True, ends=NEVER_SILENT, of=of)
            for name, reply in replies.items()
        ]
    return both


TOKENS = [
    Fault("the token expires", _expires()),
    Fault("the token expires, and the answer to its renewal is lost", _expires(Reply((), end="reset"))),
    Fault("the token expires, and the new one is lost on its way", _expires(loses=frozenset({1}))),
    Fault(
        "the token expires, and the new one is lost for good",
        _expires(loses=frozenset({1}), has_grace=False),
        ends=frozenset({"SignInError"}),
    ),
    Fault("the token expires, and the service is away", _expires(PASSING["503 as HTML"], PASSING["502"])),
    Fault("the token expires, and the service hangs", _expires(PASSING["a hang"])),
    Fault("the token expires, and the answer is cut", _expires(PASSING["cut JSON"])),
    Fault("the token expires, and the service is busy", _expires(LIMITS["429 with seconds"])),
    Fault("the token expires, and the answer holds none", _expires(answer({"expires_in": 5})), ends=ERROR),
    Fault(
        "the token expires, and the new one says not for how long",
        _expires(answer({"access_token": f"access-1{MARK}", "refresh_token": f"refresh-1{MARK}"})),
        ends=ERROR,
    ),
    Fault("the token expires, and the sign-in was revoked", _expires(valid=["x"]), ends=frozenset({"SignInError"})),
    Fault(
        "the token expires, and the service sends elsewhere",
        _expires(FINAL["a redirect"][0]),
        ends=frozenset({"RedirectError"}),
    ),
    Fault("no token is ever good enough", _ever_expired, ends=frozenset({"SignInError"})),
]
CHANGES = [
    Fault("one is inserted at the front", _world(lambda provider, ledger: provider.insert(ledger, "0"))),
    Fault("one is inserted at the end", _world(lambda provider, ledger: provider.insert(ledger, "f"))),
    Fault("the first is removed", _world(lambda provider, ledger: provider.remove(ledger, 0))),
    Fault("the last is removed", _world(lambda provider, ledger: provider.remove(ledger, -1))),
    # Of Xero, whose pages do not overlap, it may take more sweeps than are made to prove that no hole is left.
    Fault("one goes and one comes", _world(_swap), ends=EQUAL | {"told"}),
    Fault("one is changed", _world(lambda provider, ledger: provider.change(ledger, 3))),
    Fault("one is voided", _world(lambda provider, ledger: provider.void(ledger, 3))),
    Fault("one comes with every request", _never_rests, stays=True, ends=EQUAL | TOLD),
]
_PAGES: dict[str, Callable[[World, Asked], Reply]] = {
    "a short page": _rows(lambda rows: rows.pop()),
    "a page without its first row": _rows(lambda rows: rows.pop(0)),
    "a page with a row twice": _rows(lambda rows: rows.append(rows[0])),
    "a row in place of another": _rows(lambda rows: operator.setitem(rows, -1, rows[0])),
    "an empty page": _rows(lambda rows: rows.clear()),
    "a row that is no object": _rows(lambda rows: rows.insert(1, cast("Body", 5))),
    "the first page again": _first_page,
    "pages without end": _counted(lambda _: 10**9),
    "one more than there are": _counted(lambda count: count + 1),
    "one less than there are": _counted(lambda count: count - 1),
    "none though there are": _counted(lambda _: 0),
    "a count as text": _counted(str),
    "a count below zero": _counted(lambda count: -count),
    "a count with a fraction": _counted(lambda count: count + 0.5),
    "no count": _counted(lambda _: None),
}
_NEEDED: dict[str, list[tuple[str | int, ...]]] = {
    "xero": [
        ("InvoiceID",),
        ("Type",),
        ("Status",),
        ("CurrencyCode",),
        ("Contact",),
        ("Contact", "ContactID"),
        ("SubTotal",),
        ("LineItems",),
        ("LineItems", 0, "LineAmount"),
        ("Name",),
    ],
    "quickbooks": [
        ("Id",),
        ("TxnDate",),
        ("CurrencyRef",),
        ("CurrencyRef", "value"),
        ("TotalAmt",),
        ("TxnTaxDetail",),
        ("TxnTaxDetail", "TotalTax"),
        ("Line",),
        ("Line", 0, "Amount"),
        ("Line", 0, "DetailType"),
        ("CustomerRef",),
        ("CustomerRef", "value"),
        ("FullyQualifiedName",),
    ],
}
"""What a document cannot do without."""
_TYPED: dict[str, list[tuple[str | int, ...]]] = {
    "xero": [
        *[(name,) for name in ("InvoiceNumber", "DueDateString", "Total", "UpdatedDateUTC", "LineAmountTypes")],
        *[("LineItems", 0, name) for name in ("Description", "Quantity", "UnitAmount", "TaxAmount", "AccountCode")],
    ],
    "quickbooks": [
        *[(name,) for name in ("DocNumber", "DueDate", "Balance", "PrivateNote", "MetaData")],
        *[("Line", 0, name) for name in ("Description", "SalesItemLineDetail")],
    ],
}
"""What may lack, but has to be of its type where it is there."""
_TEXTS = frozenset(
    {
        "InvoiceID",
        "Id",
        "ContactID",
        "Name",
        "FullyQualifiedName",
        "InvoiceNumber",
        "DocNumber",
        "Description",
        "AccountCode",
        "UpdatedDateUTC",
        "PrivateNote",
    }
)
"""Of these, any text is of the right type."""
_UNKNOWN: dict[str, list[tuple[tuple[str | int, ...], str]]] = {
    "xero": [
        (("Type",), "ACCNEW"),
        (("Status",), "ARCHIVED"),
        (("LineAmountTypes",), "Gross"),
        (("CurrencyCode",), "XQQ"),
    ],
    "quickbooks": [
        (("Line", 0, "DetailType"), "RetainerLineDetail"),
        (("GlobalTaxCalculation",), "TaxOdd"),
        (("CurrencyRef", "value"), "XQQ"),
        (("EmailStatus",), "Pigeon"),
    ],
}
_WRONG = {
    "missing": MISSING,
    "null": None,
    "the text NaN": "NaN",
    "NaN": float("nan"),
    "a list": [1],
    "true": True,
    "enormous": ENORMOUS,
}


def _fields(of: str) -> list[Fault]:
    wrong = [
        (path, name, value)
        for path in (*_NEEDED[of], *_TYPED[of])
        for name, value in _WRONG.items()
        if not (value == "NaN" and (path[-1] in _TEXTS or path == ("CustomerRef", "value")))
        and not (path in _TYPED[of] and value in (MISSING, None))
    ]
    named = [(f"{'.'.join(map(str, path))} {name}", _field(path, value)) for path, name, value in wrong]
    named += [(f"{'.'.join(map(str, path))} {value}", _field(path, value, is_new=True)) for path, value in _UNKNOWN[of]]
    if of == "xero":
        named += [(f"a day that is {name}", _both_days(value)) for name, value in (("null", None), ("no day", "soon"))]
    return _altered(named, of)


def _altered(named: Iterable[tuple[str, Callable[[World, Asked], Reply]]], of: str = "") -> list[Fault]:
    return [
        Fault(f"{name}{', for ever' if stays else ''}", act, stays=stays, ends=NEVER_SILENT, of=of, is_alteration=True)
        for name, act in named
        for stays in (False, True)
    ]


FAULTS: tuple[Fault, ...] = (
    *_answers(),
    *TOKENS,
    *CHANGES,
    *_altered(_PAGES.items()),
    *_fields("xero"),
    *_fields("quickbooks"),
)


def faults_of(provider: Provider) -> list[Fault]:
    """Those that this ledger can meet."""
    return [fault for fault in FAULTS if fault.of in {"", provider.name}]
