"""Writes the page of all kinds of findings from the catalogue: `python docs/finding_kinds.py`.

Comes in: `billcheck.findings.KINDS`. Goes out: `docs/reference/findings.md`. A test fails where the two differ.
"""

from __future__ import annotations

from pathlib import Path

from billcheck.findings import KINDS, FindingKind, Severity

PAGE = Path(__file__).parent / "reference" / "findings.md"

INTRODUCTION = """\
# Kinds of findings

A finding says what to act on. It points at period rows or at lines of the ledger; the money itself stands in those
rows, so findings are never added up. Kinds of severity *error* fail a check, kinds of severity *warning* inform;
`--fail-on` (or `fail_on=`) changes which fail.

<!-- Written by docs/finding_kinds.py from the catalogue; change it there. -->
"""


def page() -> str:
    """The whole page, one section for each kind, in the order of the catalogue."""
    return "\n".join([INTRODUCTION, *(_section(kind, entry) for kind, entry in KINDS.items())])


def _section(kind: str, entry: FindingKind) -> str:
    effect = "fails a check" if entry.severity is Severity.ERROR else "informs"
    return (
        f"## {kind}\n\n{entry.meaning}\n\n"
        f"- **Severity:** {entry.severity}, {effect}\n- **What settles it:** {entry.settled_by}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
