"""The class's own translations: every text of its pages and refusals has one, and the catalogues are compiled."""

import ast
import re

import pytest

from support import catalogues
from support.processes import ROOT

WRITTEN = {
    "django": ("*.html", [r'\{% translate "([^"]+)"', r"\{% translate '([^']+)'", r"\{% blocktranslate %\}(.+?)\{%"]),
    "djangojs": ("*.js", [r'gettext\(\s*"([^"]+)"']),
}
FIGURE = re.compile(r"\d(?:[\d,.]*\d)?")  # as in format.js, which looks a sentence up without its numbers
FOR_PROGRAMS = re.compile(r"%s|one of %s\.|not TOML: .*|%s is unknown; .*|application/json is expected\.")  # in English


def catalogue(domain, app):
    return catalogues.read(app, domain)


def ids(domain, *apps):
    messages = [message for app in apps for message in catalogue(domain, app) if message.id]
    return {message.id[0] if message.pluralizable else message.id for message in messages}


@pytest.mark.parametrize("domain", WRITTEN)
def test_every_text_of_the_class_is_translated(domain):
    pattern, texts = WRITTEN[domain]
    files = (ROOT / "classroom").rglob(pattern)
    written = {text for file in files for each in texts for text in re.findall(each, file.read_text())}
    assert len(written) > 20
    assert written <= ids(domain, "classroom")
    assert all(message.string and not message.fuzzy for message in catalogue(domain, "classroom") if message.id)


def test_every_refusal_of_the_class_is_translated_for_the_scripts():
    calls = (node for path in (ROOT / "classroom").glob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    refused = [node for node in calls if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"]
    texts = [ast.unparse(call.args[0]) for call in refused if isinstance(call.args[0], ast.Constant | ast.JoinedStr)]
    rules = {FIGURE.sub("%s", re.sub(r"\{.*?\}", "%s", ast.literal_eval(text.removeprefix("f")))) for text in texts}
    rules = {rule.partition(": ")[2] for rule in rules}
    assert len(rules) > 20
    known = ids("djangojs", "lab", "classroom")
    assert [rule for rule in rules if rule not in known and not FOR_PROGRAMS.fullmatch(rule)] == []


def test_the_scripts_catalogue_holds_nothing_else():
    said = " ".join(path.read_text() for path in (ROOT / "classroom").rglob("*.[jp][sy]"))
    parts = [part for text in ids("djangojs", "classroom") for part in text.split("%s")]
    assert [part for part in parts if part.strip() and part.strip() not in said] == []


@pytest.mark.parametrize("domain", WRITTEN)
def test_the_compiled_catalogues_of_the_class_are_up_to_date(domain):
    catalogues.check_compiled("classroom", domain)
