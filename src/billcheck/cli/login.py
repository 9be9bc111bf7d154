"""`billcheck login`: sign in to a live ledger by a browser.

Comes in: which ledger. Goes out: a sign-in that is kept for later fetches. Must not know where, or how it is renewed.
"""

from __future__ import annotations

import os
import webbrowser
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from billcheck.cli.console import note

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "login"
HELP = "sign in to a live ledger by a browser (Xero, QuickBooks)"
DESCRIPTION = """\
Sign in to a live ledger. A browser opens, or open the address that is shown; what comes back is kept in a file that
only you can read. Set BILLCHECK_XERO_CLIENT_ID to the id of your application first; for QuickBooks
BILLCHECK_QUICKBOOKS_CLIENT_ID and BILLCHECK_QUICKBOOKS_CLIENT_SECRET."""


_LAST_PORT = 65535


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("ledger", choices=("quickbooks", "xero"), help="which ledger")
    parser.add_argument(
        "--port",
        type=_parse_port,
        default=8319,
        metavar="PORT",
        help="of this machine, where the browser comes back to (default: 8319; register http://127.0.0.1:8319/callback)",
    )
    parser.add_argument("--no-browser", action="store_true", help="only show the address")


def _parse_port(text: str) -> int:
    """A port of this machine; 0 for any that is free.

    Raises:
        ArgumentTypeError: It is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_PORT)) and int(text) <= _LAST_PORT):
        message = f"{text!r} is no port; write a number up to {_LAST_PORT}, such as 8319"
        raise ArgumentTypeError(message)
    return int(text)


def run(arguments: Namespace) -> int:
    """Sign in."""
    if arguments.ledger == "quickbooks":
        from billcheck.connectors.quickbooks.setup import login
    else:
        from billcheck.connectors.xero.setup import login

    def show(address: str) -> None:
        note(f"Open this address to sign in:\n{address}")
        if not arguments.no_browser:
            webbrowser.open(address)

    login(os.environ, port=arguments.port, show=show)
    note(f"Signed in to {arguments.ledger}.")
    return 0
