"""How the documentation is built: `nox -s docs`, or `sphinx-build -W -n docs docs/_build`."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "billcheck"
author = "The billcheck authors"
project_copyright = "The billcheck authors"
release = installed_version("billcheck")
version = release

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# The notebook is run anew for every build; one that fails fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 180

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_use_ivar = True

nitpicky = True
# The documentation builds without a network, so it cannot look up where other projects describe their names.
nitpick_ignore_regex = [
    ("py:.*", r"(?:Decimal|date|ClassVar|Any|Literal|Mapping|Sequence|Iterable|Iterator|os\.PathLike|PathLike)"),
    ("py:.*", r"(?:collections\.abc|datetime|decimal|enum|typing|os)\..*"),
    # Names of types, explained where they are used.
    ("py:.*", r"(?:Align|ChangeBilling|Contracts|Effect|FullPeriodRule|InvoiceDay|Model|PackageRounding|PartOf|Price)"),
    ("py:.*", r"(?:ProrationRule|Quantity|QuantityBasis|Remainder|Stop|TierRule|Timing|UpliftBilling|UpliftRounding)"),
    ("py:.*", r"(?:pandas|polars)\.DataFrame|(?:[a-z.]+\.)?T|Verb"),
    ("py:.*", r"(?:StrEnum|NamedTuple|ValueError|KeyError|Exception|str|int|bool|float|tuple|None)"),
    ("py:.*", r"(?:CutoffEffect|CutoffStart|DraftFormat|DraftKind|E|Fault|Path|PaymentStatus)"),
    # Values of cases and offers, which their pages describe.
    ("py:.*", r"(?:[a-z.]+\.)?(?:Case|CasePeriod|CaseStatus|CaseSums|Event|Every|How|InvoiceMode|Offer|Rung)"),
    ("py:.*", r"LateInvoiceCutoff|Override|Release|RowClaim|StatedCause"),
    ("py:.*", r"AbstractContextManager|Makes|TemplateStatus|datetime"),
]

html_theme = "furo"
html_title = "billcheck"


def shorten_signature(*event: object) -> tuple[str, object] | None:
    """A default that is made anew for each value has no text of its own; without one the signature cannot be read."""
    signature, returns = event[-2:]
    return (signature.replace("<factory>", "..."), returns) if isinstance(signature, str) else None


def keep_first_line(_app: object, what: str, _name: object, _obj: object, _options: object, lines: list[str]) -> None:
    """Put an empty comment before a property's docstring, or words before a colon would be taken for its type."""
    if what in {"attribute", "property"}:
        lines[:0] = ["..", ""]


def setup(app: Sphinx) -> None:
    """Tidy what autodoc reads before napoleon sees it."""
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("autodoc-process-docstring", keep_first_line, priority=100)
