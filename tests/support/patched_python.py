"""Runs the lab's commands in a Python that is changed before they start, as another platform would be."""

import os


def patched(folder, code, *paths):
    """Return the environment variables with which every Python runs `code` first; it is written into `folder`.

    `paths`: further folders from which `code` imports.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)  # Python's `site` imports a module of this name
    return {"PYTHONPATH": os.pathsep.join(map(os.fspath, (folder, *paths)))}


def without(folder, modules):
    """Return the environment variables with which no Python finds these modules."""
    return patched(folder, f"import sys\nsys.modules.update(dict.fromkeys({tuple(modules)}))\n")
