"""The documentation is complete: every kind of finding, every public name, every word."""

from __future__ import annotations

import re
import runpy
from typing import TYPE_CHECKING

import billcheck
from billcheck.engine.patterns import PATTERNS
from billcheck.findings import KINDS, Status
from billcheck.pricing.mistake import KINDS as CAUSES
from tests.project.sources import ROOT, text_of

if TYPE_CHECKING:
    from pathlib import Path

TABLE_OF_CONTENTS = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every page of the documentation, its notebooks among them."""
    paths = [path for kind in ("*.md", "*.ipynb") for path in sorted((ROOT / "docs").rglob(kind))]
    return [path for path in paths if not {"_build", ".ipynb_checkpoints"} & {*path.parts}]


def test_the_page_of_findings_says_what_the_catalogue_says() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "finding_kinds.py"))["page"]()
    assert text_of("docs/reference/findings.md") == written, "run: python docs/finding_kinds.py"
    assert [kind for kind in KINDS if f"\n## {kind}\n" not in written] == []


def test_the_page_of_causes_says_what_the_catalogues_say() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "cause_kinds.py"))["page"]()
    assert text_of("docs/reference/causes.md") == written, "run: python docs/cause_kinds.py"
    for code in (*CAUSES, *PATTERNS):
        assert f"| `{code}` |" in written


def test_every_mistake_that_is_made_is_in_the_catalogue() -> None:
    modules = (ROOT / "src" / "billcheck" / "pricing").glob("*mistakes.py")
    made = {code for path in (*modules, ROOT / "src/billcheck/pricing/other_prices.py") for code in codes_in(path)}
    assert made - {"half_rate"} == {*CAUSES}


def codes_in(path: Path) -> set[str]:
    """The codes that a module of mistakes gives: first of a mistake, or of what one is made of."""
    text = path.read_text(encoding="utf-8")
    given = re.findall(r'Mistake\(\s*"([a-z_]+)"', text) + re.findall(r'yield "([a-z_]+)",', text)
    return {*given, *re.findall(r'"(part_[a-z_]+|other_day_count)"', text)}


def test_pages_that_write_a_document_of_word_name_the_extra() -> None:
    writing = [
        path
        for path in (ROOT / "README.md", *pages())
        if re.search(r"-o \S+\.docx|\bWord\b with", path.read_text("utf-8"))
    ]
    assert {"README.md", "recover-arrears.md"} <= {path.name for path in writing}
    assert [path.name for path in writing if "billcheck[docx]" not in path.read_text("utf-8")] == []


def test_every_public_name_is_in_the_reference() -> None:
    page = text_of("docs/reference/api.md")
    documented = set(re.findall(r"auto\w+:: billcheck\.(\w+)$", page, re.MULTILINE))
    assert documented == set(billcheck.__all__) - {"__version__"}


def test_every_page_is_linked_from_a_table_of_contents() -> None:
    listed = {
        (page.parent / entry).resolve()
        for page in pages()
        for block in TABLE_OF_CONTENTS.findall(page.read_text(encoding="utf-8"))
        for entry in block.splitlines()
        if entry and not entry.startswith(":")
    }
    assert {path.with_suffix("").resolve() for path in pages()} - listed == {ROOT / "docs" / "index"}


def test_links_between_pages_lead_somewhere() -> None:
    dead = [
        (str(page.relative_to(ROOT)), target)
        for page in [*pages(), *sorted(ROOT.glob("*.md"))]
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []


def test_the_words_of_the_domain_are_in_the_glossary() -> None:
    glossary = text_of("docs/glossary.md")
    statuses = [str(status).replace("_", " ") for status in Status]
    words = [
        *statuses,
        "allocation",
        "arrears",
        "charge",
        "coverage",
        "excl. tax",
        "in advance",
        "in arrears",
        "residue",
    ]
    assert [word for word in words if f"\n{word}\n" not in glossary] == []
