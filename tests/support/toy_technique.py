"""A fifth technique: one folder, whose files are written where a test wants them."""

FILES = {
    "__init__.py": '''
"""Toy: the browser asks for one message at a time."""

TITLE = "A toy"
COLOUR = "#123456"
STAGES = ()
PARAMETERS = ("after",)
ANSWER = "application/json"
''',
    "server.py": '''
"""Answer with the next message alone."""

from lab import chat, http


async def deliver(request, room):
    """Answer at once with one message at most."""
    page = await chat.history(room, http.after(request) or 0)
    del page.messages[1:]
    page.last = page.messages[-1].id if page.messages else page.last
    return http.page(page, toy=True)
''',
    "urls.py": '''
"""Its addresses."""

from django.urls import path

from lab.http import messages
from toy import server

urlpatterns = [path("<str:room>/messages/", messages(server.deliver))]
''',
    "client.py": '''
"""The Python client that asks for one message at a time."""

from lab import client


class Client(client.Client):
    """Asks again and again."""

    technique = "toy"

    def fetch(self):
        """Ask for the next message."""
        self.ended.wait(0.02)
        return self.read_page(self.request(self.reading, "GET", self.path(after=self.after)))
''',
    "static/toy/client.js": """
import { Client as Base } from "../lab/client.js";
export class Client extends Base {
  open() {}
}
""",
}


def write(folder, changes=()):
    """Write the toy's files into a folder, with some texts changed: {old: new}."""
    for name, source in FILES.items():
        for old, new in dict(changes).items():
            source = source.replace(old, new)
        path = folder / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source.lstrip())
