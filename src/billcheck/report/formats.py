"""The faces of a report that are text for other programs, by the names people give.

Comes in: a report, the places of its findings, the name of a format. Goes out: text. A face is loaded when it is asked
for. Must not know where the text goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcheck.report.places import Places
    from billcheck.report.report import Report

FORMATS = ("json", "github", "junit", "sarif", "markdown", "csv")


def render(report: Report, form: str, places: Places) -> str:
    """The report in one of the `FORMATS`.

    Raises:
        KeyError: There is no such format.
        InternalError: The rows do not add up to the totals (`json`).
    """
    if form == "json":
        return report.to_json()
    if form == "github":
        from billcheck.report.github import to_github  # noqa: PLC0415 - a face is loaded when it is asked for

        return to_github(report, places)
    if form == "junit":
        from billcheck.report.junit import to_junit  # noqa: PLC0415 - the same

        return to_junit(report)
    if form == "sarif":
        from billcheck.report.sarif import to_sarif  # noqa: PLC0415 - the same

        return to_sarif(report, places)
    if form == "markdown":
        from billcheck.report.markdown import to_markdown  # noqa: PLC0415 - the same

        return to_markdown(report)
    if form == "csv":
        from billcheck.report.csv_text import to_csv  # noqa: PLC0415 - the same

        return to_csv(report)
    raise KeyError(form)
