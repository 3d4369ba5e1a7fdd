"""The page that plays a recording back: one file, with nothing to load."""

import json
import time
from typing import Any

from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.i18n import JavaScriptCatalog

from lab.pages.views import colours, techniques
from teaching.recording import bundle
from teaching.recording.traffic import Exchange, deliveries

ENTRY = "teaching/player/player.js"
STYLES = ("lab/style.css", "lab/board.css", "lab/instruments.css", "teaching/player.css")


def write(exchanges: list[Exchange], state: dict[str, Any], scene: dict[str, Any] | None, language: str) -> str:
    """Return the page as text, from the exchanges and the state of the wires after them.

    `scene`: its title, question, results (HTML), begin and end; None for a session.
    """
    with translation.override(language):
        known = {each["name"]: _(each["title"]) for each in techniques(None)["techniques"]}
        names = [name for name in known if any(each["wire"] == name for each in exchanges)]
        recording = {
            "exchanges": exchanges,
            "deliveries": deliveries(exchanges),
            "state": {name: state[name] for name in ("server", "wires")},
            "from": (scene or {}).get("begin") or min(each["at"] for each in exchanges),
            "to": (scene or {}).get("end") or max(each["at"] for each in exchanges),
        }
        request = RequestFactory().get("/")
        catalogue = b"".join(JavaScriptCatalog.as_view(packages=["lab", "teaching"])(request)).decode()
        context = {
            "language": language,
            "scene": scene,
            "made": time.strftime("%Y-%m-%d", time.gmtime()),
            "techniques": [(name, known[name]) for name in names],
            "styles": mark_safe("\n".join(map(bundle.source, STYLES)) + colours(request).content.decode()),  # noqa: S308
            "catalogue": mark_safe(catalogue.replace("</", "<\\/")),  # noqa: S308
            "import_map": mark_safe(bundle.import_map(ENTRY)),  # noqa: S308
            "recording": mark_safe(json.dumps(recording).replace("<", "\\u003c")),  # noqa: S308
            "results": mark_safe((scene or {}).get("results", "")),  # noqa: S308  (the board's own elements)
            "entry": ENTRY,
        }
        return render_to_string("teaching/recording.html", context)
