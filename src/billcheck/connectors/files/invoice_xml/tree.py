"""XML text into a tree of the few elements that invoices are made of, within bounds.

Comes in: blocks of bytes. Goes out: the root element; each element knows the line of text it begins on. Document types
are refused altogether, so there are no entities to expand and nothing outside to fetch. Elements of other namespaces,
signatures and attached files are passed over. Must not know what an element means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from billcheck.connectors.files.limits import LimitProblem
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from billcheck.connectors.files.limits import Limits

_ENCODINGS = frozenset(
    {"utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
)
_SKIPPED = frozenset({"ext:UBLExtensions", "cac:Signature", "cac:AdditionalDocumentReference", "cac:Attachment"})
_FOREIGN = ""


class DocumentTypeError(Problem):
    """The file has a document type declaration, which no invoice has and through which a file can do harm."""

    remedy = "Remove the DOCTYPE, or get the invoice again from whoever issued it."


class MalformedXmlError(Problem):
    """The file is not well-formed XML."""

    remedy = "It is cut off or damaged. Get the invoice again from whoever issued it."


class XmlEncodingError(Problem):
    """The XML is declared in an encoding that is not read."""

    remedy = f"Read are {', '.join(sorted(_ENCODINGS))}."


class DeepXmlError(LimitProblem):
    """Elements stand deeper within each other than in any invoice."""

    limit = "xml_depth"


class LargeXmlError(LimitProblem):
    """The file has more elements than any invoice."""

    limit = "xml_elements"


class LongXmlTextError(LimitProblem):
    """A text is longer than any in an invoice."""

    limit = "field_bytes"
    remedy = "Shorten it, or leave the file out."


class LongXmlTagError(LimitProblem):
    """A name, an attribute or a comment is longer than any in an invoice."""

    limit = "xml_token_bytes"


class ManyAttributesError(LimitProblem):
    """An element has more attributes than any in an invoice."""

    limit = "xml_attributes"


@dataclass(slots=True)
class Element:
    """One element; `name` has the prefix of this module's namespaces, whatever prefix the file uses."""

    name: str
    line: int
    attributes: Mapping[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def content(self) -> tuple[object, ...]:
        """What it says, without where it stands."""
        return (self.name, self.text, *(child.content for child in self.children))

    def all(self, path: str) -> Iterator[Element]:
        """Every descendant at a path of names between slashes, in the order of the file."""
        head, _, rest = path.partition("/")
        for child in self.children:
            if child.name == head:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def find(self, path: str) -> Element | None:
        """The first descendant at a path, None where there is none."""
        return next(self.all(path), None)

    def first_text(self, path: str) -> Element | None:
        """The first descendant at a path that has a text, None where none has."""
        return next((found for found in self.all(path) if found.text), None)

    def text_at(self, *paths: str) -> str:
        """The text of the first descendant that has one, by the order of the paths; empty where none has."""
        found = next(filter(None, map(self.first_text, paths)), None)
        return "" if found is None else found.text


def read_tree(path: str, blocks: Iterable[bytes], namespaces: Mapping[str, str], limits: Limits) -> Element:
    """The root element of an XML text.

    Args:
        path: How messages name the file.
        blocks: The file.
        namespaces: The prefix that stands here for each namespace; elements of others are passed over, but for the
            root, whose name is then given as the file spells it.
        limits: What the file may hold.

    Raises:
        LedgerRefusedError: The text is not well-formed, has a document type, or exceeds a bound.
    """
    return _Builder(path, namespaces, limits).build(blocks)


class _Builder:
    """Collects what the parser reports."""

    def __init__(self, path: str, namespaces: Mapping[str, str], limits: Limits) -> None:
        self._limits = limits
        self._path = path
        self._namespaces = namespaces
        self._names: dict[str, str] = {}
        self._stack: list[Element] = []
        self._texts: list[list[str]] = []
        self._sizes: list[int] = []
        self._root: Element | None = None
        self._skipped = 0
        self._elements = 0
        self._unreported = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = self._passed
        parser.ProcessingInstructionHandler = self._passed
        self._parser = parser

    def build(self, blocks: Iterable[bytes]) -> Element:
        try:
            for block in blocks:
                self._unreported += len(block)
                self._parser.Parse(block, False)  # noqa: FBT003 - the parser takes no keyword
                if self._unreported > self._limits.xml_token_bytes:
                    raise self._beyond(LongXmlTagError, self._unreported, is_least=True)
            self._parser.Parse(b"", True)  # noqa: FBT003 - likewise
        except (expat.ExpatError, LookupError, ValueError) as error:
            place = f"{self._path} row {self._parser.ErrorLineNumber} column {self._parser.ErrorColumnNumber + 1}"
            reason = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
            what = f"The file is not well-formed XML: {reason}."
            raise LedgerRefusedError([MalformedXmlError(place, what=what)]) from error
        if self._root is None:
            raise self._refusal(MalformedXmlError)
        return self._root

    def _refusal(self, kind: type[Problem], value: str | None = None) -> LedgerRefusedError:
        return LedgerRefusedError([kind(self._here, value)])

    def _beyond(
        self, kind: type[LimitProblem], found: int, value: str | None = None, *, is_least: bool = False
    ) -> LedgerRefusedError:
        return LedgerRefusedError(
            [kind(self._here, found, getattr(self._limits, kind.limit), value, is_least=is_least)]
        )

    @property
    def _here(self) -> str:
        return f"{self._path} row {self._parser.CurrentLineNumber}"

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._unreported = 0
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise self._refusal(XmlEncodingError, encoding[:60])

    def _doctype(self, name: str, *_: object) -> None:
        raise self._refusal(DocumentTypeError, name[:60])

    def _passed(self, *_: object) -> None:
        self._unreported = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._unreported = 0
        self._elements += 1
        depth = len(self._stack) + self._skipped + 1
        if self._elements > self._limits.xml_elements:
            raise self._beyond(LargeXmlError, self._elements, is_least=True)
        if depth > self._limits.xml_depth:
            raise self._beyond(DeepXmlError, depth, is_least=True)
        if len(attributes) > self._limits.xml_attributes:
            raise self._beyond(ManyAttributesError, len(attributes))
        known = self._known_name(name)
        if self._skipped or known == _FOREIGN or known in _SKIPPED:
            self._skipped += 1
            return
        element = Element(known, self._parser.CurrentLineNumber, attributes)
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self._root = element
        self._stack.append(element)
        self._texts.append([])
        self._sizes.append(0)

    def _known_name(self, name: str) -> str:
        known = self._names.get(name)
        if known is not None:
            return known
        namespace, _, local = name.rpartition(" ")
        prefix = self._namespaces.get(namespace)
        if prefix is None:
            return _FOREIGN if self._stack else local
        self._names[name] = f"{prefix}:{local}"
        return self._names[name]

    def _end(self, _name: str) -> None:
        self._unreported = 0
        if self._skipped:
            self._skipped -= 1
            return
        element = self._stack.pop()
        self._sizes.pop()
        element.text = "".join(self._texts.pop()).strip()

    def _characters(self, text: str) -> None:
        self._unreported = 0
        if self._skipped or not self._texts:
            return
        pieces = self._texts[-1]
        # What only sets off one element from the next is no text, however many elements there are.
        if not pieces and text.isspace():
            return
        pieces.append(text)
        self._sizes[-1] += len(text.encode())
        if self._sizes[-1] > self._limits.field_bytes:
            raise self._beyond(LongXmlTextError, self._sizes[-1], pieces[0][:60], is_least=True)
