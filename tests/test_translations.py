"""Every word on the pages has its translation, and what is compiled is what is written."""

import gettext
import re
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from lab.settings import TECHNIQUES

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "lab/locale/zh_Hans/LC_MESSAGES"
WRITTEN = {
    "django": [("*.html", re.compile(r"""\{% translate (?:"([^"]+)"|'([^']+)')"""))],
    "djangojs": [
        ("*.js", re.compile(r"""gettext\(\s*(?:"([^"]+)")()""")),
        ("*.js", re.compile(r'ngettext\("([^"]+)"()')),
    ],
}
FOLDERS = ["lab", *TECHNIQUES]


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
