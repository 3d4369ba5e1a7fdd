"""manage.py record: save a running demo's traffic, or a scene, as one file that plays it back."""

import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lab.net import orphans
from teaching.recording import page, traffic
from teaching.recording.browser import browser, play
from teaching.recording.traffic import RecordError

DEMO = "http://localhost:8000/"


class Command(BaseCommand):
    """Write a recording."""

    help = "Save the last seconds of a running demo, or a scene, as one HTML file that plays without a server."

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument("--scene", help="Start a demo, play this scene in Chromium, and record it.")
        parser.add_argument("--seconds", type=float, help="The scene's seconds, or those of the session (default: 60).")
        parser.add_argument("--url", help=f"Record the demo at this address (default: {DEMO}).")
        parser.add_argument("--output", default="recording.html", help="The file (default: %(default)s).")
        codes = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=codes, default=codes[0], help="(default: %(default)s)")

    def handle(self, *, scene, seconds, url, output, language, **options):
        """Record."""
        try:
            recorded = self.scene(url, scene, seconds, language) if scene else self.session(url, seconds)
            exchanges, state, played = recorded
            if not exchanges:
                raise RecordError("There was no traffic of the chat.")
            Path(output).write_text(page.write(exchanges, state, played, language), encoding="utf-8")
        except RecordError as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(f"--output: {output} cannot be written: {exc.strerror}.") from exc
        count, size = len(exchanges), Path(output).stat().st_size / 1e6
        self.stdout.write(f"{output}: {count:,} exchanges, {size:.1f} MB. Open it in a browser; it needs no server.")

    def session(self, url, seconds):
        """Return the exchanges of the last seconds of a running demo, the state of its wires, and None."""
        control = traffic.control_of(url or DEMO)
        return traffic.recent(control, seconds or 60), traffic.state(control), None

    def scene(self, url, scene, seconds, language):
        """Return the exchanges of a scene, the state of the wires, and what the board says of the scene."""
        with contextlib.nullcontext(url) if url else demo() as address, browser(language) as window:
            played = play(window, address, scene, seconds)
            since = time.time() - played["begin"] / 1000 + 2
            control = traffic.control_of(address)
            return traffic.recent(control, min(since, 600)), traffic.state(control), played


@contextlib.contextmanager
def demo():
    """Run a demo with an empty database; yield its address. Raises RecordError."""
    with orphans.temporary_folder("lab-record-") as data:
        environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        command = [sys.executable, "manage.py", "demo", "--port", "0"]
        with subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment | {"LAB_DATA": str(data)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            orphans.adopt(process.pid)
            try:
                found = re.search(r"http://\S+?/", process.stdout.readline() if process.stdout else "")
                if found is None:
                    raise RecordError("The demo does not start: try `make demo`.")
                yield found.group()
            finally:
                process.terminate()
