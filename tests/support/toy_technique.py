"""A fifth technique, "toy": its files, and a function that writes them into a folder."""

import io
import os

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lab.techniques import TECHNIQUES

CATALOGUE = "locale/zh_Hans/LC_MESSAGES/django.po"
FILES = {
    "__init__.py": '''
"""Toy: the browser polls without a pause, and the server sleeps for a moment."""

TITLE = "A toy"
COLOUR = "#123456"
STAGES = ()
PARAMETERS = ("after",)
ANSWER = "application/json"
''',
    "server.py": '''
"""Respond to each poll after a moment."""

import asyncio

from lab import chat, http


async def deliver(request, room):
    """Respond after a moment, with the messages after the last one that the client has."""
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
        """Request new messages."""
        return self.read_page(self.request(self.reading, "GET", self.path(after=self.after)))
''',
    "static/toy/client.js": """
import { Client as Base } from "../lab/client.js";

export class Client extends Base {
  open() {
    this.fetchPage({}, () => this.open());
  }
}
""",
    CATALOGUE: """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8"

msgid "A toy"
msgstr "玩具"

msgid "The browser polls without a pause, and the server sleeps for a moment."
msgstr "浏览器不停地轮询，服务器每次先睡一会儿。"
""",
}


def write(folder, changes=(), name="toy"):
    """Write the toy's files into a folder, with changes in its code: {old: new}."""
    for file, source in FILES.items():
        for old, new in dict(changes).items() if file != CATALOGUE else ():
            source = source.replace(old, new)
        path = folder / name / file.replace("toy", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source.lstrip())
    with (folder / name / CATALOGUE).with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(io.StringIO(FILES[CATALOGUE])))


def environment(folder):
    """Return the environment in which the toy in a folder is one of the techniques."""
    return {"LAB_TECHNIQUES": ",".join([*TECHNIQUES, "toy"]), "PYTHONPATH": os.fspath(folder)}
