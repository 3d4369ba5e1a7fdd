"""A fifth technique, the smallest that is complete: its files, with a translation."""

import io

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUE = "locale/zh_Hans/LC_MESSAGES/django.po"
FILES = {
    "__init__.py": '''
"""Toy: the server sleeps for a moment before each response."""

TITLE = "A toy"
COLOUR = "#123456"
STAGES = ()
PARAMETERS = ("after",)
ANSWER = "application/json"
''',
    "server.py": '''
"""Answer each poll after a moment."""

import asyncio

from lab import chat, http


async def deliver(request, room):
    """Answer after a moment, with the messages after the last one that the client has."""
    after = http.after(request)
    await asyncio.sleep(0.01)
    return http.page(await chat.history(room, after))
''',
    "urls.py": '''
"""The addresses of its messages."""

from lab.http import routes
from toy import server

urlpatterns = routes("toy", server.deliver)
''',
    "client.py": '''
"""The Python client that polls without a pause."""

from lab import client


class Client(client.Client):
    """Polls again as soon as it has a response."""

    technique = "toy"

    def open(self):
        """Do nothing: a request opens its connection."""

    def fetch(self):
        """Ask for new messages."""
        return self.read_page(self.request(self.reading, "GET", self.path(after=self.after)))
''',
    "static/toy/client.js": """
import { Client as Base } from "../lab/client.js";

export class Client extends Base {
  open() {}
}
""",
    CATALOGUE: """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8"

msgid "A toy"
msgstr "玩具"

msgid "The server sleeps for a moment before each response."
msgstr "服务器每次回复之前先睡一会儿。"
""",
}


def write(folder, changes=()):
    """Write the technique into a folder, as the package `toy`, with some texts changed: {old: new}."""
    for name, source in FILES.items():
        for old, new in dict(changes).items():
            source = source.replace(old, new)
        path = folder / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source.lstrip())
    with (folder / "toy" / CATALOGUE).with_suffix(".mo").open("wb") as file:
        write_mo(file, read_po(io.StringIO(FILES[CATALOGUE])))
