"""What a sign-in to Xero reaches: which organisations, and by which scopes.

Comes in: the list of organisations somebody signed in to, and refusals. Goes out: the organisation to read, and
refusals that say what is missing. Must not know documents or requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.faults import AnswerError, NotAllowedError
from billcheck.connectors.payload import Payload

if TYPE_CHECKING:
    from collections.abc import Mapping

_INVOICES, _CONTACTS, _SETTINGS = "accounting.invoices.read", "accounting.contacts.read", "accounting.settings.read"
_BROAD = "accounting.transactions.read"
READING_SCOPES = f"{_INVOICES} {_CONTACTS} {_SETTINGS}"
"""The granular scopes, which applications made since March 2026 have to ask for."""
BROAD_SCOPES = f"{_BROAD} {_CONTACTS} {_SETTINGS}"
"""What older applications ask for until they are moved to the granular ones."""
_SCOPES = {
    "Invoices": _INVOICES,
    "CreditNotes": _INVOICES,
    "RepeatingInvoices": _INVOICES,
    "Contacts": _CONTACTS,
    "Organisation": _SETTINGS,
    "Items": _SETTINGS,
}


def read_tenants(answer: object) -> dict[str, str]:
    """The names of the organisations somebody signed in to, by id; practices have no ledger of their own.

    Raises:
        AnswerError: It is no list of them.
    """
    if not isinstance(answer, list):
        raise AnswerError("xero GET /connections", "It is no list of organisations.")
    found = [Payload("xero connection", each) for each in answer]
    return {
        each.text("tenantId"): each.optional_text("tenantName")
        for each in found
        if each.optional_text("tenantType").upper() != "PRACTICE"
    }


def only_tenant(tenants: Mapping[str, str]) -> str:
    """The id of the organisation, where there is one.

    Raises:
        NotAllowedError: There are several or none.
    """
    if len(tenants) != 1:
        remark = f"Signed in to {len(tenants)} organisations: {_listed(tenants)}."
        raise NotAllowedError("xero", remark, remedy="Name one with BILLCHECK_XERO_TENANT_ID.")
    return next(iter(tenants))


def foreign_tenant(tenant: str, tenants: Mapping[str, str], error: NotAllowedError) -> NotAllowedError | None:
    """What to say of an organisation that is refused since nobody signed in to it; None where somebody did."""
    if tenant in tenants:
        return None
    return NotAllowedError(
        error.where,
        f"The organisation '{tenant}' is not among those signed in to: {_listed(tenants)}.",
        request_id=error.request_id,
        remedy="Sign in to it: billcheck login xero; or name another with BILLCHECK_XERO_TENANT_ID. A demo company "
        "gets another id each time it is reset.",
    )


def missing_scope(path: str, error: NotAllowedError) -> NotAllowedError:
    """A refusal that names the scope it takes."""
    scope = _SCOPES[path.split("/", 1)[0]]
    older = f" (in an application made before March 2026: {_BROAD})" if scope == _INVOICES else ""
    remark = (
        f"{error.remark} The sign-in does not reach it: the scope {scope}{older} is missing, or whoever signed in may "
        "not see it."
    )
    remedy = "Allow the scope in the application, add it to BILLCHECK_XERO_SCOPES if that is set, and sign in again."
    return NotAllowedError(error.where, remark, request_id=error.request_id, remedy=remedy)


def _listed(tenants: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({tenant})" for tenant, name in sorted(tenants.items())) or "none"
