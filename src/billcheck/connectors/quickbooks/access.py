"""What a sign-in to QuickBooks Online reaches: one company, of the sandbox or a real one.

Comes in: a refusal. Goes out: the same, saying which company was asked for and what to do. Must not know documents or
requests.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from billcheck.connectors.faults import NotAllowedError, RefusedError

_SANDBOX = "sandbox-quickbooks.api.intuit.com"


def out_of_reach(realm_id: str, address: str, error: RefusedError) -> NotAllowedError:
    """What to say where a company is refused.

    Args:
        realm_id: The company.
        address: Where it was asked for.
        error: The refusal.
    """
    host = urlsplit(address).hostname or ""
    other = "leave BILLCHECK_QUICKBOOKS_API_URL out for a real one"
    if host != _SANDBOX:
        other = f"set BILLCHECK_QUICKBOOKS_API_URL=https://{_SANDBOX} for one of the sandbox"
    return NotAllowedError(
        error.where,
        f"The company '{realm_id}' was refused at {host}. {error.remark}",
        request_id=error.request_id,
        remedy=f"Check BILLCHECK_QUICKBOOKS_REALM_ID; sign in to the company: billcheck login quickbooks; or {other}.",
    )
