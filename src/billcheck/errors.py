"""What can go wrong, one class per failure.

Comes in: where a fault was seen, the bad value and what to do about it. Goes out: exceptions whose text a
bookkeeper can act on, with every character of the value visible. Knows nothing about contracts, ledgers or reports.

    BillcheckError
    ├── InputError                  a file or an argument was refused; carries all its problems
    │   ├── CaseRefusedError
    │   ├── ConfigurationRefusedError
    │   ├── ContractsRefusedError
    │   ├── DecisionsRefusedError
    │   ├── DraftsRefusedError
    │   ├── EventRefusedError
    │   ├── LedgerRefusedError
    │   ├── LetterRefusedError
    │   ├── NoticeRefusedError
    │   ├── OpeningRefusedError
    │   ├── ProfilesRefusedError
    │   ├── QuantitiesRefusedError
    │   ├── ReportRefusedError
    │   └── UsageError              a wrong argument (also a ValueError)
    ├── Problem                     one fault; its subclasses stand where the fault is found
    ├── ConnectorError              a live ledger could not be read; `connectors.faults` draws the tree below it
    ├── SourceChangedError          a ledger file changed between two readings
    ├── MissingPackageError         a table was asked for whose library is not installed (also an ImportError)
    ├── FindingsError               raised by Report.raise_for_findings(); carries the report
    └── InternalError               our own sums disagree: a bug, never a report
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from billcheck.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable


class BillcheckError(Exception):
    """Everything billcheck raises on purpose."""


class Problem(BillcheckError):
    """Something is wrong.

    A subclass states *what* is wrong in the first line of its docstring. An instance adds where it was seen, the
    offending value exactly as written (None where nothing was written) and what to do about it.
    """

    remedy: ClassVar[str] = ""

    def __init__(self, where: str, value: str | None = None, *, what: str = "", remedy: str = "") -> None:
        """Describe one fault.

        Args:
            where: File with row, line or key path, as in ``contracts.toml: C-117 "Seats" quantity``.
            value: The offending text, quoted in the message.
            what: Details that replace the class's own sentence.
            remedy: What to do, where the class's own advice is not specific enough.
        """
        self.where = where
        self.value = value
        self.what = what or (type(self).__doc__ or "").strip().splitlines()[0]
        self.advice = remedy or self.remedy
        super().__init__(self.where, self.value, self.what, self.advice)

    @property
    def reason(self) -> str:
        """The fault without its place: what, the value, what to do."""
        found = "" if self.value is None else f" Found {self.value!r}."
        advice = f" {self.advice}" if self.advice else ""
        return f"{self.what}{found}{advice}"

    def __str__(self) -> str:
        return visible(said_of(self.where, self.reason))


def said_of(where: str, text: str) -> str:
    """What is said of a place: ``ledger.csv: 3 rows``; a live ledger, ``xero:``, has its colon already."""
    return f"{where}{'' if where.endswith(':') else ':'} {text}"


class InputError(BillcheckError):
    """An input was refused; `problems` holds every fault that was found, in the order of the file."""

    heading: ClassVar[str] = "The input was refused"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        return "\n".join([f"{self.heading} ({count} {noun}):", *(f"  {problem}" for problem in self.problems)])


class CaseRefusedError(InputError):
    """The file of a case holds faults, or events that cannot follow each other; nothing of it is used."""

    heading = "The case was refused"


class ConfigurationRefusedError(InputError):
    """The configuration file holds faults; no rule of it is used."""

    heading = "The configuration was refused"


class ContractsRefusedError(InputError):
    """The contract files hold faults; no contract of them is used."""

    heading = "The contracts were refused"


class DecisionsRefusedError(InputError):
    """The file of decisions holds faults; no decision of it is used."""

    heading = "The decisions were refused"


class DraftsRefusedError(InputError):
    """Drafts are not made or written as asked; nothing was written."""

    heading = "The drafts were refused"


class EventRefusedError(InputError):
    """An event cannot happen in a case as it stands, or would break its sums; the case is as it was."""

    heading = "Nothing was recorded"


class LedgerRefusedError(InputError):
    """A ledger file as a whole cannot be read without guessing; no report is made."""

    heading = "The ledger was refused"


class LetterRefusedError(InputError):
    """A case has nothing that this letter would say; none is made."""

    heading = "There is no letter"


class NoticeRefusedError(InputError):
    """A case, or what was stated beside it, allows for no notice to the client; none is made."""

    heading = "There is no notice"


class OpeningRefusedError(InputError):
    """Something about the customer is not settled yet, or there is nothing to recover; no case is opened."""

    heading = "No case was opened"


class ProfilesRefusedError(InputError):
    """A file that says how an export is read holds faults; no profile of it is used."""

    heading = "The profiles were refused"


class QuantitiesRefusedError(InputError):
    """Files of quantities hold faults, or their rows fit no contract; no quantity is used."""

    heading = "The quantities were refused"


class ReportRefusedError(InputError):
    """A report that was kept as JSON cannot be read; nothing is compared."""

    heading = "The report was refused"


class UsageError(InputError, ValueError):
    """An argument makes no sense."""

    heading = "This cannot be done"


class SourceChangedError(BillcheckError):
    """A ledger file changed between two readings of one check."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{visible(path)}: the file changed while it was being checked. Run the check again.")


class MissingPackageError(BillcheckError, ImportError):
    """Something was asked for that needs a package which is not installed; `name` is the package."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        """Say what needs which package.

        Args:
            what: What was asked for, at the beginning of a sentence.
            package: The package to import.
            extra: The extra of billcheck that brings it.
        """
        super().__init__(
            f"{what} needs {package}, which is not installed. Run: pip install 'billcheck[{extra}]'", name=package
        )


class FindingsError(BillcheckError):
    """The check found something at the threshold; `report` holds all of it."""

    def __init__(self, report: Any) -> None:  # noqa: ANN401 - Report lives above this floor
        self.report = report
        super().__init__(str(report))


class InternalError(BillcheckError):
    """Two ways of adding the same money disagree. No figure is reported; please file a bug."""

    def __init__(self, invariant: str, **facts: object) -> None:
        self.invariant = invariant
        self.facts = facts
        details = ", ".join(f"{name}={value!r}" for name, value in sorted(facts.items()))
        super().__init__(f"billcheck's own check '{invariant}' failed ({details}). No report was made; this is a bug.")
