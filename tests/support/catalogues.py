"""Catalogues of translations: their messages, and whether the compiled one has the same."""

import gettext

from babel.messages.pofile import read_po

from support.processes import ROOT

FOLDER = "locale/zh_Hans/LC_MESSAGES"


def read(app, domain):
    """Return the messages of an app's catalogue, without its header; `domain`: "django" or "djangojs"."""
    with (ROOT / app / FOLDER / f"{domain}.po").open("rb") as file:
        return [message for message in read_po(file, locale="zh_Hans") if message.id]


def check_compiled(app, domain):
    """Check that the compiled catalogue has the same translations."""
    with (ROOT / app / FOLDER / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in read(app, domain):
        if message.pluralizable:
            assert compiled.ngettext(*message.id, 2) == message.string[0]
        else:
            assert compiled.gettext(message.id) == message.string
