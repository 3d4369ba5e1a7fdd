"""The words that users read: pages, reports, documents and lessons do not use the old names of things."""

import ast
import json
import re

import pytest
from babel.messages.pofile import read_po

from support.processes import ROOT

OLD = re.compile(
    r"""at\ an\ instant\ of\ chance | asks\ by\ the\ clock | next\ question
    | count\ anew | count\ from\ zero | hold\ these\ figures | stop\ updating
    | neighbour | past\ the\ wires | each\ in\ turn
    | bytes\ a\ message | all\ in\ all | bytes\ in\ total
    | away\ for | not\ noticed | caught\ up
    | fault:\ none | own\ figures
    | 99\ %\ within | which\ one\ should\ I\ take""",
    re.IGNORECASE | re.VERBOSE,
)
# Also the old names of HTTP's responses, headers and requests; but in a scene, a class answers a question.
OLD_ON_PAGES = re.compile(r"\b(answers?|heads?|questions?|by RST)\b|^(go on|applies to|of)$", re.IGNORECASE)
OF_A_CLASS = {"%s answer", "%s of %s answer was right"}
REPORTS = ["advice", "findings", "plots", "report"]


def texts_of_pages():
    """Yield the texts of the pages, as the catalogues have them."""
    for path in sorted((ROOT / "lab/locale").rglob("*.po")):
        with path.open("rb") as file:
            yield from (message.id[0] if message.pluralizable else message.id for message in read_po(file))


def texts_of_reports():
    """Yield the texts in reports, plots and advice: of the templates, and all that Python code holds."""
    for folder in (ROOT / "benchmarks" / name for name in REPORTS):
        for path in (*folder.rglob("*.html"), *folder.rglob("*.md")):
            yield path.read_text()
        for path in folder.rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text()))
            yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def texts_of_documents():
    """Yield the documents, and the cells of the lessons."""
    for path in (ROOT / "README.md", ROOT / "SPEC.md", *(ROOT / "docs").rglob("*.md")):
        yield path.read_text()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        yield from ("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])


@pytest.mark.parametrize("texts", [texts_of_pages, texts_of_reports, texts_of_documents])
def test_no_old_word_is_left(texts):
    read = list(texts())
    assert len(read) > 5
    assert [match[0] for text in read for match in OLD.finditer(text)] == []


def test_the_pages_name_requests_headers_and_responses():
    read = set(texts_of_pages()) - OF_A_CLASS
    assert [text for text in read if OLD_ON_PAGES.search(text)] == []


@pytest.mark.parametrize("old", ["at an instant of chance", "a neighbour", "99 % within", "Hold these figures"])
def test_an_old_word_would_be_noticed(old):
    assert OLD.search(old)
