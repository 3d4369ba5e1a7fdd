#!/usr/bin/env python3
"""Run one of the lab's commands: `python manage.py help` lists them."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (said in a sentence, before anything newer fails to parse)
    sys.exit(f"The lab needs Python 3.11 or newer; this is {sys.version_info[0]}.{sys.version_info[1]}.")


if sys.flags.safe_path:
    sys.exit("PYTHONSAFEPATH hides the lab's own packages from Python: unset it.")


def main():
    """Hand the command line to Django."""
    from lab import packages
    from lab.net import terminal

    terminal.prepare()
    named = os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make setup`, then `.venv/bin/python manage.py …`.")
    try:
        if not hasattr(settings, "TECHNIQUES"):  # this reads them all, to say in a sentence what is wrong with them
            sys.exit(foreign(named))
    except ModuleNotFoundError as exc:
        if exc.name and f"{named}.".startswith(f"{exc.name}."):
            sys.exit(foreign(named))
        raise
    except (ImproperlyConfigured, ValueError) as exc:
        sys.exit(f"The settings cannot be used: {exc}")
    try:
        with packages.needed():
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)  # the status that shells give to Ctrl-C


def foreign(named):
    """Return what to say if the environment names the settings of another project."""
    return f"DJANGO_SETTINGS_MODULE names {named}, which is not the lab's: unset it."


if __name__ == "__main__":
    main()
