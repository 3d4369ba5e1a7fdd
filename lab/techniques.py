"""The techniques, each a folder, and their staircases: where the files of a stage are. No Django here."""

import inspect
import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

TECHNIQUES = os.environ.get("LAB_TECHNIQUES", "polling,longpoll,sse,websocket").split(",")


def stage_servers(technique):
    """Return {stage: the module of its server's side} of a technique, the first stage first."""
    return {stage: import_module(f"{technique}.stages.{stage}") for stage in import_module(technique).STAGES}


def stage_client(technique, stage):
    """Return the Python client that a stage brings, or None where it is content with the technique's own."""
    name = f"{technique}.stages.{stage}_client"
    return import_module(name).Client if stage in import_module(technique).STAGES and find_spec(name) else None


def stage_script(technique, stage):
    """Return the static path of the stage's browser client: its own or the technique's."""
    own = _folder(technique) / "static" / technique / "stages" / f"{stage}.js"
    return f"{technique}/stages/{stage}.js" if own.exists() else f"{technique}/client.js"


def stage_sources(technique, stage):
    """Yield (path, text) of a stage's files: the server's side, then the clients that it brings.

    The server's side is shown where its code stands: for the last stage that is the technique's finished server.
    """
    module, folder = stage_servers(technique)[stage], _folder(technique)
    entry = getattr(module, "deliver", None) or module.Consumer
    own = [folder / "stages" / f"{stage}_client.py", folder / "static" / technique / "stages" / f"{stage}.js"]
    for path in (Path(inspect.getsourcefile(entry)), *filter(Path.exists, own)):
        yield path.relative_to(folder.parent).as_posix(), path.read_text()


def _folder(technique):
    return Path(import_module(technique).__file__).parent
