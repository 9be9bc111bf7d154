"""Templates of letters: those that ship, and those of the user's own folder in front of them.

Comes in: the name of a template and the facts of a letter. Goes out: the parts that were made of them. Every fact is
escaped, and bears marks by which it can be told from the template's own words. A template runs in a sandbox: a name
that does not exist is a fault, nothing outside of the two folders is included, and no attribute but those of the facts
is reached. Jinja2 is loaded when the first letter is written. Must not know what the letters are about.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.characters import visible
from billcheck.errors import InputError, Problem
from billcheck.recovery.writing.markup import FACT_BEGINS, FACT_ENDS, read_markup, read_words
from billcheck.recovery.writing.page import Page, Paragraph, Part, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from os import PathLike

    from jinja2 import Environment
    from jinja2.runtime import Context

SHIPPED = "billcheck/"
"""Begins the name by which a template of one's own extends the one that ships."""

FILTERS = ("money", "amount", "percent", "day", "month", "period", "label", "listed", "number")
"""What a letter's facts may be written with; `filters` makes them."""

_FILTERS = "_filters"

LARGEST_TEMPLATE = 1_000_000
"""Bytes; no letter is that long."""


class TemplatesRefusedError(InputError):
    """The templates hold faults, or a letter made with them would say what it must not; nothing is written."""

    heading = "The letter was refused"


class TemplateFolderError(Problem):
    """There is no such folder of templates."""

    remedy = "Name a folder that holds templates such as notice-en.html, or leave --templates out."


class TemplateFaultError(Problem):
    """The template cannot be used."""

    remedy = "docs/reference/notice-templates.md lists the names and filters that a template may use."


class Templates:
    """Where templates come from.

    Args:
        folder: A folder with templates of one's own; each stands in for the one of the same name that ships. None for
            those that ship alone.

    Raises:
        TemplatesRefusedError: There is no such folder.
    """

    def __init__(self, folder: str | PathLike[str] | None = None) -> None:
        self.folder = None if folder is None else Path(folder)
        if self.folder is not None and not self.folder.is_dir():
            raise TemplatesRefusedError([TemplateFolderError(str(self.folder))])

    def place(self, name: str) -> str:
        """The template as messages name it: its path where it is the user's own."""
        own = self._own(name)
        return name if own is None else str(own)

    def make_page(
        self, name: str, language: str, facts: Mapping[str, object], filters: Mapping[str, Callable[..., str]]
    ) -> Page:
        """The parts that a template makes of the facts.

        Raises:
            TemplatesRefusedError: The template has faults, each with its line.
        """
        text = self._rendered(name, facts, filters)
        where = self.place(name)
        parts, problems = read_markup(text, f"{where}, as filled in,")
        if problems:
            raise TemplatesRefusedError(problems)
        return Page(language, where, parts)

    def frame(self, name: str, facts: Mapping[str, object]) -> str:
        """The text of a template that is a whole page, without marks; facts are escaped unless they are markup."""
        return self._rendered(name, facts, {}).replace(FACT_BEGINS, "").replace(FACT_ENDS, "")

    def frame_page(self, name: str, language: str) -> Page:
        """What a whole page says by itself, tags and styles left out, as a letter of one part."""
        from markupsafe import Markup  # noqa: PLC0415

        words = read_words(self.frame(name, {"language": language, "title": "", "body": Markup()}))
        return Page(language, self.place(name), (Part("page", (Paragraph((Run(words),)),)),))

    def file(self, name: str) -> Path | None:
        """A file of the user's folder that is no template, such as a document with a letterhead."""
        return self._own(name)

    def _rendered(self, name: str, facts: Mapping[str, object], filters: Mapping[str, Callable[..., str]]) -> str:
        from jinja2 import TemplateSyntaxError  # noqa: PLC0415 - loaded for a letter only

        try:
            return self._environment.get_template(name).render({**facts, _FILTERS: filters})
        except TemplateSyntaxError as error:
            where = f"{self.place(error.name or name)} line {error.lineno}"
            raise TemplatesRefusedError([TemplateFaultError(where, what=_sentence(error))]) from error
        except TemplatesRefusedError:
            raise
        except Exception as error:  # whatever a template makes a filter or an operator stumble over
            # Jinja2 names a template by its file, and a file by its name alone.
            steps = [step for step in _steps(error) if _is_plain(step[0].removeprefix(SHIPPED))]
            file, line = steps[-1] if steps else (name, 0)
            where = f"{self.place(file)} line {line}" if line else self.place(file)
            raise TemplatesRefusedError([TemplateFaultError(where, what=_sentence(error))]) from error

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import FunctionLoader, StrictUndefined  # noqa: PLC0415
        from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

        environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._load),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_marked,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.filters.update({name: _filter(name) for name in FILTERS})
        return environment

    def _load(self, name: str) -> tuple[str, str, None] | None:
        own = None if name.startswith(SHIPPED) else self._own(name)
        if own is not None:
            return self._text_of(own), name, None
        place = resources.files("billcheck.recovery.writing").joinpath("templates", name.removeprefix(SHIPPED))
        if not _is_plain(name.removeprefix(SHIPPED)) or not place.is_file():
            return None
        return place.read_text(encoding="utf-8"), name, None

    def _own(self, name: str) -> Path | None:
        """The user's file of this name; None where there is none, or where it lies outside of the folder."""
        if self.folder is None or not _is_plain(name):
            return None
        place = self.folder / name
        is_inside = place.resolve().is_relative_to(self.folder.resolve())
        return place if is_inside and place.is_file() else None

    def _text_of(self, place: Path) -> str:
        if place.stat().st_size > LARGEST_TEMPLATE:
            what = f"The template is larger than {LARGEST_TEMPLATE:,} bytes."
            raise TemplatesRefusedError([TemplateFaultError(str(place), what=what)])
        try:
            return place.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            what = f"The template is not written in UTF-8 (byte {error.start})."
            raise TemplatesRefusedError([TemplateFaultError(str(place), what=what)]) from error


@lru_cache(maxsize=1)
def shipped() -> Templates:
    """The templates that ship, read once."""
    return Templates()


def _filter(name: str) -> Callable[..., str]:
    """A filter of this name that asks the letter at hand, so that a template is compiled once for all letters."""
    from jinja2 import pass_context  # noqa: PLC0415

    @pass_context
    def write(context: Context, value: object, *others: object) -> str:
        filters: Mapping[str, Callable[..., str]] = context[_FILTERS]
        return filters[name](value, *others)

    return write


def _is_plain(name: str) -> bool:
    """Whether a name is that of a file in the folder itself."""
    return bool(name) and name not in {".", ".."} and not set(name) & set("/\\:\0")


def _marked(value: object) -> object:
    """A fact as it goes into the text: escaped, its hidden characters shown, between marks; markup stays as it is."""
    from jinja2 import Undefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    if isinstance(value, (Markup, Undefined)):
        return value
    return Markup(f"{FACT_BEGINS}{{}}{FACT_ENDS}").format(visible(str(value)))  # noqa: S704 - the fact is escaped


def _sentence(error: Exception) -> str:
    from jinja2 import TemplateNotFound  # noqa: PLC0415

    if isinstance(error, TemplateNotFound):
        return f"There is no template {error.name!r} in the folder, and none of that name ships."
    text = str(error).strip() or type(error).__name__
    text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith(".") else f"{text}."


def _steps(error: Exception) -> Iterator[tuple[str, int]]:
    """The files and lines an error passed through, the deepest last."""
    step = error.__traceback__
    while step is not None:
        yield step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
