"""billcheck: was it billed as agreed?

Comes in: contracts and ledgers, by path or made by hand. Goes out: a report of what was agreed, what was billed and
what is missing, to the cent. This module only names what the library offers: a name loads its room, and whatever that
room needs, when it is first used. `import billcheck` itself loads nothing.

    contracts = billcheck.load_contracts("contracts.toml")
    ledger = billcheck.read_ledger("SalesInvoices.csv")
    report = billcheck.check(contracts, ledger, as_of=date(2026, 9, 4))
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcheck.check import check
    from billcheck.configuration.files import load_configuration
    from billcheck.configuration.rules import Configuration
    from billcheck.connectors.faults import ConnectorError
    from billcheck.connectors.files import read_ledger
    from billcheck.connectors.files.drafts import write_drafts
    from billcheck.connectors.files.drafts.import_settings import ImportSettings
    from billcheck.connectors.files.limits import Limits
    from billcheck.connectors.frames import read_frame
    from billcheck.connectors.live import fetch_ledger
    from billcheck.contracts.files import load_contracts
    from billcheck.contracts.quantity_files import load_quantities
    from billcheck.contracts.terms import Contract
    from billcheck.contracts.usage import Quantities
    from billcheck.decisions.files import load_decisions
    from billcheck.decisions.rules import Decision
    from billcheck.errors import (
        BillcheckError,
        CaseRefusedError,
        ConfigurationRefusedError,
        ContractsRefusedError,
        DecisionsRefusedError,
        DraftsRefusedError,
        EventRefusedError,
        FindingsError,
        InputError,
        InternalError,
        LedgerRefusedError,
        MissingPackageError,
        OpeningRefusedError,
        ProfilesRefusedError,
        QuantitiesRefusedError,
        ReportRefusedError,
        SourceChangedError,
        UsageError,
    )
    from billcheck.forecast.comparison import compare_templates
    from billcheck.forecast.shapes import Forecast
    from billcheck.history.draft import Drafts
    from billcheck.ledger.line import Line
    from billcheck.ledger.source import Ledger
    from billcheck.report.comparison import Comparison, compare_reports
    from billcheck.report.redaction import redact
    from billcheck.report.report import Report
    from billcheck.trial import draft_contracts

    __version__: str

__all__ = [
    "BillcheckError",
    "CaseRefusedError",
    "Comparison",
    "Configuration",
    "ConfigurationRefusedError",
    "ConnectorError",
    "Contract",
    "ContractsRefusedError",
    "Decision",
    "DecisionsRefusedError",
    "Drafts",
    "DraftsRefusedError",
    "EventRefusedError",
    "FindingsError",
    "Forecast",
    "ImportSettings",
    "InputError",
    "InternalError",
    "Ledger",
    "LedgerRefusedError",
    "Limits",
    "Line",
    "MissingPackageError",
    "OpeningRefusedError",
    "ProfilesRefusedError",
    "Quantities",
    "QuantitiesRefusedError",
    "Report",
    "ReportRefusedError",
    "SourceChangedError",
    "UsageError",
    "__version__",
    "check",
    "compare_reports",
    "compare_templates",
    "draft_contracts",
    "fetch_ledger",
    "load_configuration",
    "load_contracts",
    "load_decisions",
    "load_quantities",
    "read_frame",
    "read_ledger",
    "redact",
    "write_drafts",
]

_HOMES = {
    "BillcheckError": "errors",
    "CaseRefusedError": "errors",
    "Comparison": "report.comparison",
    "Configuration": "configuration.rules",
    "ConfigurationRefusedError": "errors",
    "ConnectorError": "connectors.faults",
    "Contract": "contracts.terms",
    "ContractsRefusedError": "errors",
    "Decision": "decisions.rules",
    "DecisionsRefusedError": "errors",
    "Drafts": "history.draft",
    "DraftsRefusedError": "errors",
    "EventRefusedError": "errors",
    "FindingsError": "errors",
    "Forecast": "forecast.shapes",
    "ImportSettings": "connectors.files.drafts.import_settings",
    "InputError": "errors",
    "InternalError": "errors",
    "Ledger": "ledger.source",
    "LedgerRefusedError": "errors",
    "Limits": "connectors.files.limits",
    "Line": "ledger.line",
    "MissingPackageError": "errors",
    "OpeningRefusedError": "errors",
    "ProfilesRefusedError": "errors",
    "Quantities": "contracts.usage",
    "QuantitiesRefusedError": "errors",
    "Report": "report.report",
    "ReportRefusedError": "errors",
    "SourceChangedError": "errors",
    "UsageError": "errors",
    "check": "check",
    "compare_reports": "report.comparison",
    "compare_templates": "forecast.comparison",
    "draft_contracts": "trial",
    "fetch_ledger": "connectors.live",
    "load_configuration": "configuration.files",
    "load_contracts": "contracts.files",
    "load_decisions": "decisions.files",
    "load_quantities": "contracts.quantity_files",
    "read_frame": "connectors.frames",
    "read_ledger": "connectors.files",
    "redact": "report.redaction",
    "write_drafts": "connectors.files.drafts",
}


class _Package(ModuleType):
    """Keeps `billcheck.check` the function, also after the module of that name was imported.

    The import system binds every submodule to its package; without this, whoever imports `billcheck.check` directly
    would take the function away from everybody else.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name == "check" and isinstance(value, ModuleType):
            value = value.check
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


if not TYPE_CHECKING:  # a type checker reads the imports above, and knows a misspelt name when it sees one

    def __getattr__(name: str) -> object:
        value: object
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415 - reads the installation; only when asked for

            value = version("billcheck")
        elif name in _HOMES:
            from importlib import import_module  # noqa: PLC0415 - a name loads its room when it is first used

            value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        else:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
