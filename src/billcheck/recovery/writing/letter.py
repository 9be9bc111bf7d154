"""A letter that may go to a client, in each of its formats.

Comes in: a page, and where its templates came from. Goes out: Markdown, HTML, plain text or a DOCX document. Must not
know what the letter is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.recovery.writing import docx_format, page_formats
from billcheck.recovery.writing.statements import own_amounts
from billcheck.recovery.writing.templates import TemplatesRefusedError, shipped
from billcheck.recovery.writing.tone import check_tone

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from billcheck.errors import Problem
    from billcheck.recovery.writing.language import Language
    from billcheck.recovery.writing.page import Page
    from billcheck.recovery.writing.templates import Templates
    from billcheck.recovery.writing.tone import Tone


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter; `warnings` are what the user's own words might better not say."""

    page: Page
    templates: Templates
    warnings: tuple[str, ...] = ()

    def to_markdown(self) -> str:
        """The letter as Markdown."""
        return page_formats.to_markdown(self.page)

    def to_html(self) -> str:
        """The letter as a page of HTML that needs nothing else."""
        return page_formats.to_html(self.page, self.templates)

    def to_text(self) -> str:
        """The letter as plain text for a mail."""
        return page_formats.to_text(self.page)

    def to_docx(self) -> bytes:
        """The letter as a DOCX document, on the letterhead of the folder of templates where there is one.

        Raises:
            MissingPackageError: python-docx is not installed.
        """
        return docx_format.to_docx(self.page, self.templates.file(docx_format.LETTERHEAD))


def write_letter(
    name: str,
    language: Language,
    *,
    facts: Mapping[str, object],
    filters: Mapping[str, Callable[..., str]],
    templates: Templates | None,
    tones: Collection[Tone],
    judge: Callable[[Page], Iterable[Problem]],
    warnings: Iterable[str] = (),
) -> Letter:
    """A letter by its template, in one language.

    Args:
        name: What the letter is, as its templates are named: ``notice`` for ``notice-en.html``.
        language: ``en``, ``nl``, ``de`` or ``fr``.
        facts: What the template may name.
        filters: What it may write them with.
        templates: Where templates come from; None for those that ship.
        tones: What its words must not sound like.
        judge: What else is wrong with the page.
        warnings: What to remark on beside it.

    Raises:
        TemplatesRefusedError: A template has faults, or what it makes must not go to a client; holds every reason.
    """
    sources = templates or shipped()
    page = sources.make_page(f"{name}-{language}.html", language, facts, filters)
    frame = sources.frame_page(page_formats.FRAME, language)
    problems = [*check_tone(page, tones), *own_amounts(page), *judge(page)]
    problems += [*check_tone(frame, tones), *own_amounts(frame, is_letterhead=True)]
    if problems:
        raise TemplatesRefusedError(problems)
    return Letter(page, sources, tuple(warnings))
