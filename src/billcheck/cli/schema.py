"""`billcheck schema`: the JSON Schema of a report, of a contract file or of a case.

Comes in: which of them. Goes out: the schema on standard output. Must not know what the schemas say.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from billcheck.cli.console import write_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "schema"
HELP = "print the JSON Schema of a report, a contract file, a case or a snapshot"
DESCRIPTION = "Print the JSON Schema (2020-12) of the JSON report, of contract files, of a case, or of a snapshot."


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("subject", choices=("report", "contract", "case", "snapshot"), help="which schema")


def run(arguments: Namespace) -> int:
    """Print the schema."""
    if arguments.subject == "report":
        from billcheck.report.json_text import report_schema_text

        write_text(report_schema_text())
    elif arguments.subject == "case":
        from billcheck.recovery.case_files import case_schema

        write_text(json.dumps(case_schema(), indent=2) + "\n")
    elif arguments.subject == "snapshot":
        from billcheck.connectors.snapshot import snapshot_schema

        write_text(json.dumps(snapshot_schema(), indent=2) + "\n")
    else:
        from billcheck.contracts.files import contract_schema

        write_text(json.dumps(contract_schema(), indent=2) + "\n")
    return 0
