"""Every word on the pages has its translation, and what is compiled is what is written."""

import ast
import gettext
import re
from importlib import import_module

import pytest
from babel.messages.pofile import read_po

from benchmarks.advice.text import NETWORKS
from lab.settings import TECHNIQUES
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
PHRASES = ROOT / "lab/static/lab/shared/server-messages.js"  # what Python says on the pages
REFUSALS = {"Refused", "InvalidLink", "InvalidFault", "CannotStart"}
FIGURE = re.compile(r"\d(?:[\d,.]*\d)?")  # as in words.js, which looks a sentence up without its figures
# Rules that only programs break: they name what cannot be translated.
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


def catalogue(domain):
    with (CATALOGUES / f"{domain}.po").open("rb") as file:
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
        for pattern, found in WRITTEN[domain]
        for folder in FOLDERS
        for file in (ROOT / folder).rglob(pattern)
        for groups in found.findall(file.read_text())
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
def test_what_is_compiled_is_what_is_written(domain):
    with (CATALOGUES / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue(domain):
        if message.pluralizable:
            assert compiled.ngettext(*message.id, 2) == message.string[0]
        elif message.id:
            assert compiled.gettext(message.id) == message.string


def test_titles_and_sentences_of_the_techniques_are_translated(technique):
    module = import_module(technique)
    sentence = module.__doc__.partition(": ")[2]
    ids = {message.id for message in catalogue("django") if message.string}
    assert module.TITLE in ids
    assert sentence[0].upper() + sentence[1:] in ids


def test_what_python_says_on_the_pages_is_listed_for_the_translators():
    """The lists in phrases.js are those of the sources: nothing is missing, nothing is left over."""
    listed = PHRASES.read_text()
    assert set(re.findall(r'gettext_noop\("(.+)"\);', listed)) == explanations() | refusals()
    named = dict(re.findall(r'^  "?([^":]+)"?: gettext\("(.+)"\),', listed, re.MULTILINE))
    assert all(name == words for name, words in named.items())
    assert set(named) - {"comment"} == names() - {"FIN", "RSV", "opcode"}


def parts():
    """Return the syntax trees of the modules that take an exchange apart."""
    folder = ROOT / "lab/wire/dissect"
    return [ast.parse(path.read_text()) for path in folder.glob("*.py") if path.name != "part.py"]


def explanations():
    """Return the sentences of `parts` that are no docstrings."""
    found, documented = set(), set()
    for tree in parts():
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef):
                documented.add(ast.get_docstring(node, clean=False))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("."):
                found.add(node.value)
    return found - documented


def names():
    """Return the names that `parts` give in words of their own."""
    calls = (node for tree in parts() for node in ast.walk(tree) if isinstance(node, ast.Call))
    made = (call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "make")
    return {name.value for name in made if isinstance(name, ast.Constant)}


def refusals():
    """Return the rules by which the server and the control refuse, without what they name and without figures."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    calls = (node for path in paths for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    own = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id in REFUSALS and call.args)
    sentences = filter(None, (words(call.args[0]) for call in own))
    return {FIGURE.sub("%s", sentence.partition(": ")[2] or sentence) for sentence in sentences} - FOR_PROGRAMS


def words(node):
    """Return the text that an expression writes, with %s for what it fills in; None for another expression."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "%s" for part in node.values)
    return node.value if isinstance(node, ast.Constant) else None
