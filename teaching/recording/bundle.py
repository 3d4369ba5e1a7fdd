"""The board's own scripts in one page: an import map names each, so that the file needs no server."""

import base64
import json
import posixpath
import re
from pathlib import Path

from django.contrib.staticfiles import finders

IMPORT = re.compile(r'^((?:import|export)\b[^;"]*?)"(\.[^"]+)"', re.MULTILINE)


def source(path: str) -> str:
    """Return the text of a static file."""
    found = finders.find(path)
    assert isinstance(found, str), path
    return Path(found).read_text(encoding="utf-8")


def scripts(entry: str) -> dict[str, str]:
    """Return {path: text} of a script and of all that it imports; each imports the others by their paths."""
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path], imported = named(source(path), posixpath.dirname(path))
            waiting += imported
    return found


def named(text: str, folder: str) -> tuple[str, list[str]]:
    """Return a script that imports others by their paths, not relative to its folder, and these paths."""
    imported: list[str] = []

    def name(match: re.Match[str]) -> str:
        imported.append(posixpath.normpath(posixpath.join(folder, match[2])))
        return f'{match[1]}"{imported[-1]}"'

    return IMPORT.sub(name, text), imported


def import_map(entry: str) -> str:
    """Return the import map of a script and of all that it imports, as JSON."""
    urls = {
        path: "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()
        for path, text in scripts(entry).items()
    }
    return json.dumps({"imports": urls})
