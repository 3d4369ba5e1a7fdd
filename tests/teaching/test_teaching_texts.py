"""The texts of the teacher's pack: each has a Chinese translation, and the compiled catalogues are up to date."""

import ast
import re

import pytest

from support import catalogues
from support.processes import ROOT

PACK = ROOT / "teaching"
WRITTEN = {
    "django": (PACK / "templates", "*.html", re.compile(r"\{% translate (\"[^\"]+\"|'[^']+')")),
    "djangojs": (PACK / "static", "*.js", re.compile(r"gettext\(\s*(\"(?:[^\"\\]|\\.)+\")")),
}
BLOCK, GAP = re.compile(r"\{% blocktranslate %\}(.+?)\{% endblocktranslate %\}"), re.compile(r"\{\{ (\w+) \}\}")
every_domain = pytest.mark.parametrize("domain", WRITTEN)


def catalogue(domain):
    return catalogues.read("teaching", domain)


def texts(domain):
    """Return the texts that templates or scripts translate."""
    folder, names, pattern = WRITTEN[domain]
    files = [file.read_text() for file in folder.rglob(names)]
    blocks = {GAP.sub(r"%(\1)s", text) for file in files for text in BLOCK.findall(file)}
    return blocks | {ast.literal_eval(text) for file in files for text in pattern.findall(file)}


@every_domain
def test_the_catalogue_has_all_texts_and_no_others(domain):
    ids = {message.id[0] if message.pluralizable else message.id for message in catalogue(domain)}
    assert len(ids) > 10
    assert ids == texts(domain)


@every_domain
def test_every_text_is_translated_with_the_same_gaps(domain):
    for message in catalogue(domain):
        forms = message.string if message.pluralizable else [message.string]
        source = message.id[0] if message.pluralizable else message.id
        assert all(forms), source
        assert not message.fuzzy
        assert all(form.count("%") == source.count("%") for form in forms), source


@every_domain
def test_the_compiled_catalogue_is_up_to_date(domain):
    catalogues.check_compiled("teaching", domain)
