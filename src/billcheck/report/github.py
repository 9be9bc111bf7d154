"""A report as workflow commands of GitHub Actions: annotations at rows of the ledger and lines of the contracts.

Comes in: a report and the places of its findings. Goes out: one command a line, those that fail the check first, and
the verdict last. What stands in names can neither end a command nor begin one. Must not know the environment of a
workflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.characters import visible
from billcheck.findings import Verdict
from billcheck.report.page import plain
from billcheck.report.places import Place
from billcheck.report.verdict import verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.findings import Finding
    from billcheck.report.places import Location, Places
    from billcheck.report.report import Report

Level = Literal["error", "warning", "notice"]


class _Annotation(NamedTuple):
    level: Level
    title: str
    place: Place | None
    sentences: tuple[str, ...]


def to_github(report: Report, places: Places) -> str:
    """The whole report as commands; GitHub shows the first ten of each level beside the files, and logs them all."""
    located = [(finding, places.find(number)) for number, finding in enumerate(report.findings)]
    found = [*_refused(report), *_at_contracts(report, located), *_at_rows(report, located)]
    ordered = sorted(found, key=lambda annotation: annotation.level != "error")
    verdict = plain(verdict_lines(report)).splitlines()
    level: Level = "notice" if report.verdict is Verdict.CLEAN else "error"
    last = _Annotation(level, "billcheck", None, tuple(text.strip() for text in verdict))
    return "".join(map(_command, (*ordered, last)))


def _level(report: Report, finding: Finding) -> Level:
    return "error" if report.fails(finding) else "notice" if finding.decision else "warning"


def _at_rows(report: Report, located: Sequence[tuple[Finding, Location]]) -> Iterator[_Annotation]:
    """One annotation for each finding, at the first row of the ledger it is about; none for those without a row."""
    for finding, location in located:
        if location.ledger:
            yield _Annotation(_level(report, finding), _title(finding), location.ledger[0], (finding.sentence,))


def _at_contracts(report: Report, located: Sequence[tuple[Finding, Location]]) -> Iterator[_Annotation]:
    """One annotation for each charge, kind and level, where the charge is agreed; the sentences of its findings.

    A finding about a line that fits no charge is left to that line; one without any place is annotated at none.
    """
    grouped: dict[tuple[Place | None, str, Level], list[str]] = {}
    for finding, location in located:
        if not location.ledger or (location.contract is not None and finding.charge is not None):
            key = (location.contract, _title(finding), _level(report, finding))
            grouped.setdefault(key, []).append(finding.sentence)
    for (place, title, level), sentences in grouped.items():
        yield _Annotation(level, title, place, tuple(sentences))


def _refused(report: Report) -> Iterator[_Annotation]:
    for row in report.refused:
        yield _Annotation("error", "row refused", Place(row.path, row.row), (f"{row.column}: {row.reason}",))


def _title(finding: Finding) -> str:
    words = [finding.kind.replace("_", " "), finding.contract or "", finding.charge or ""]
    return " ".join(filter(None, words))


def _command(annotation: _Annotation) -> str:
    properties = {"title": visible(annotation.title)}
    if annotation.place is not None:
        properties["file"] = visible(annotation.place.path)
        if annotation.place.line is not None:
            properties["line"] = str(annotation.place.line)
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{annotation.level} {listed}::{_data(chr(10).join(map(visible, annotation.sentences)))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
