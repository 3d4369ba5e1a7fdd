"""The translations: every text on the pages has one, and the compiled catalogues are up to date."""

import ast
import re
from importlib import import_module

import pytest
from babel.messages.pofile import read_po

from benchmarks.advice.text import NETWORKS
from lab.techniques import TECHNIQUES, folder_of
from support import catalogues
from support.processes import ROOT

CATALOGUES = ROOT / "lab/locale/zh_Hans/LC_MESSAGES"
WRITTEN = {
    "django": [("*.html", re.compile(r"""\{% translate (?:"([^"]+)"|'([^']+)')"""))],
    "djangojs": [
        ("*.js", re.compile(r"""gettext\(\s*(?:"([^"]+)")()""")),
        ("*.js", re.compile(r'ngettext\("([^"]+)"()')),
    ],
}
FOLDERS = ["lab", *TECHNIQUES]
PARTS = ROOT / "lab/static/lab/shared/byte-kinds.js"
REFUSALS = {"Refused", "Unavailable", "InvalidLink", "InvalidFault", "ServerStartError"}
FIGURE = re.compile(r"\d(?:[\d,.]*\d)?")  # as in format.js, which looks a sentence up without its numbers
# Rules that only programs break; they are not translated.
FOR_PROGRAMS = {
    "%s.",
    "%s is not JSON.",
    "one of %s.",
    "one of %s, all.",
    "one of %s; with it, seconds and rate.",
    "profile, or any of %s.",
    "only one is allowed.",
    "one or more of %s, and nothing else.",
    "the body must not be compressed.",
    "incomplete.",
    "a whole number, or a text of at most %s characters.",
}


def catalogue(domain, folder=CATALOGUES):
    with (folder / f"{domain}.po").open("rb") as file:
        return read_po(file, locale="zh_Hans")


@pytest.mark.parametrize("domain", WRITTEN)
def test_every_word_is_translated(domain):
    untranslated = [message.id for message in catalogue(domain) if message.id and (not message.string or message.fuzzy)]
    assert untranslated == []


@pytest.mark.parametrize("domain", WRITTEN)
def test_every_word_on_the_pages_is_in_the_catalogue(domain):
    ids = {message.id[0] if message.pluralizable else message.id for message in catalogue(domain)}
    missing = [
        (file.name, words)
        for pattern, calls in WRITTEN[domain]
        for folder in FOLDERS
        for file in (ROOT / folder).rglob(pattern)
        for groups in calls.findall(file.read_text())
        if (words := "".join(groups)) not in ids
    ]
    assert missing == []


def test_every_word_that_python_translates_is_in_the_catalogue():
    ids = {message.id[0] if message.pluralizable else message.id for message in catalogue("django")}
    paths = (path for folder in ("lab", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
    calls = (node for path in paths for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    own = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")]
    said = {node.value for node in own if isinstance(node, ast.Constant)}
    assert len(said) > 20
    assert said | set(NETWORKS) <= ids


@pytest.mark.parametrize("domain", WRITTEN)
def test_the_compiled_catalogues_are_up_to_date(domain):
    catalogues.check_compiled("lab", domain)


def test_titles_and_sentences_of_the_techniques_are_translated(technique):
    module = import_module(technique)
    sentence = module.__doc__.partition(": ")[2]
    own = folder_of(technique) / "locale/zh_Hans/LC_MESSAGES"  # of a technique that brings its own catalogue
    messages = [*catalogue("django"), *(catalogue("django", own) if own.exists() else ())]
    ids = {message.id for message in messages if message.string}
    assert module.TITLE in ids
    assert sentence[0].upper() + sentence[1:] in ids


def test_the_scripts_catalogue_has_their_own_texts_and_those_of_python_only():
    """Pages look up Python's sentences without their numbers; no script repeats them."""
    pattern = re.compile(r'gettext\("([^"]+)"')
    scripts = [file for folder in FOLDERS for file in (ROOT / folder / "static").rglob("*.js")]
    written = {text for file in scripts for text in pattern.findall(file.read_text())}
    ids = {message.id[0] if message.pluralizable else message.id for message in catalogue("djangojs") if message.id}
    said = {text: re.compile(re.escape(text).replace("%s", ".+")) for text in explanations() | refusals()}
    assert written <= ids
    assert [text for text, rule in said.items() if not any(rule.fullmatch(each) for each in ids)] == []
    assert [each for each in ids - written if not any(rule.fullmatch(each) for rule in said.values())] == []


def test_the_names_of_an_exchanges_parts_are_translated():
    """The names are in English; the pages translate those that are words."""
    source = PARTS.read_text().partition("PARTS = {")[2].partition("}")[0]
    named = dict(re.findall(r'^  "?([^":]+)"?: gettext\("(.+)"\),', source, re.MULTILINE))
    assert all(name == text for name, text in named.items())
    assert set(named) - {"comment"} == names() - {"FIN", "RSV", "opcode"}


def parts():
    """Return the syntax trees of the modules that take an exchange apart."""
    folder = ROOT / "lab/wire/dissect"
    return [ast.parse(path.read_text()) for path in folder.glob("*.py") if path.name != "part.py"]


def explanations():
    """Return the sentences in `parts`, without docstrings."""
    texts, documented = set(), set()
    for tree in parts():
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef):
                documented.add(ast.get_docstring(node, clean=False))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("."):
                texts.add(node.value)
    return texts - documented


def names():
    """Return the names in `parts` that are words."""
    calls = (node for tree in parts() for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = (call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "make")
    return {name.value for name in names if isinstance(name, ast.Constant)}


def refusals():
    """Return the sentences of refusals of the server and the control, without the field's name, with %s for values."""
    sentences = set()
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        assigned = [(node.targets[0], words(node.value)) for node in nodes if isinstance(node, ast.Assign)]
        named = {target.id: text for target, text in assigned if isinstance(target, ast.Name)}
        calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args]
        first = [call.args[0] for call in calls if call.func.id in REFUSALS]
        sentences |= {named.get(node.id) if isinstance(node, ast.Name) else words(node) for node in first} - {None}
    return {FIGURE.sub("%s", sentence.partition(": ")[2] or sentence) for sentence in sentences} - FOR_PROGRAMS


def words(node):
    """Return the text of an expression, with %s for inserted values; None for another expression."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "%s" for part in node.values)
    return node.value if isinstance(node, ast.Constant) else None
