#!/usr/bin/env python3
"""Run one of the lab's commands: `python manage.py help` lists them."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (said in a sentence, before anything newer fails to parse)
    sys.exit(f"The lab needs Python 3.11 or newer; this is {sys.version_info[0]}.{sys.version_info[1]}.")


def main():
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make setup`, then `.venv/bin/python manage.py …`.")
    try:
        settings.INSTALLED_APPS  # noqa: B018  (read them all now, to say in a sentence what is wrong with them)
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, ValueError) as exc:
        if settings.configured:
            raise
        sys.exit(f"The settings cannot be used: {exc}")
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell tells of Ctrl-C


if __name__ == "__main__":
    main()
