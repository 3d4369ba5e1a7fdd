"""manage.py demo: run the lab's server behind one wire for each technique, and open all in the browser."""

import json
import os
import sys
import threading
import urllib.request
import webbrowser

from django.conf import settings
from django.core.management.base import CommandError

from lab.management.commands import serve
from lab.net import public_origin
from lab.net.system import StartError
from lab.server.serve import address, listen
from lab.wire import process

PAGE = "compare/lobby/"
PATIENCE = 30  # seconds that the server may take to respond
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")  # one of them is set if a Unix has a screen


class Command(serve.Command):
    """Serve the lab behind its wires, and show it."""

    help = "Serve the lab with a wire for each technique, and open all side by side if there is a browser."

    def handle(self, *, host, also, port, workers, classroom, **options):
        """Serve until a signal comes."""
        if classroom is not None:  # the class gets the pages, too; only this machine's board uses the wires
            also = self.wall = self.open_to(classroom, host, workers)
        host = host or serve.HOST
        try:
            page, *rest = ports(host, port, 2 + len(settings.TECHNIQUES))
        except StartError as exc:
            raise CommandError(str(exc)) from exc
        *wires, control = rest
        lab_ports = {"page": page, "control": control, "wires": dict(zip(settings.TECHNIQUES, wires, strict=True))}
        os.environ["LAB_WIRES"] = json.dumps(lab_ports)  # the server's pages name them
        public = self.public_origins(lab_ports)
        origins = [f"http://{name}:{page}" for name in ("localhost", "127.0.0.1")]
        behind = {"control_host": host, "control_names": [public_origin.host(public["control"])]} if public else {}
        command = [sys.executable, "manage.py", "serve", "--host", host, "--port", str(page), "--workers", str(workers)]
        command += ["--also", also] if also not in (None, host) else []
        os.chdir(settings.BASE_DIR)
        sentences: list[str] = []
        try:
            process.main(
                wires=lab_ports["wires"], server_command=command, target=(host, page), host=host, control_port=control,
                origins=[*origins, public.get("page", origins[0])], **behind,
                announce=sentences.append, ready=lambda state: self.tell_of(host, page, sentences, public),
            )  # fmt: skip
        except StartError as exc:
            raise CommandError(str(exc)) from exc

    def public_origins(self, lab_ports):
        """Return the origins that LAB_PUBLIC_ORIGIN gives; {} if it is not set."""
        if settings.PUBLIC_ORIGIN and self.in_class:
            raise CommandError("--lan is for this machine's own address: leave it out, or unset LAB_PUBLIC_ORIGIN.")
        try:
            return public_origin.origins(settings.PUBLIC_ORIGIN, lab_ports) if settings.PUBLIC_ORIGIN else {}
        except ValueError as exc:
            raise CommandError(f"LAB_PUBLIC_ORIGIN: {exc}") from exc

    def tell_of(self, host, page, sentences, public):
        """Print the addresses; open the page as soon as the server responds."""
        base = f"{public['page']}/" if public else f"http://{address(host)}:{page}/"
        self.announce(f"The lab listens on {base}  (Ctrl-C ends it)\nAll techniques side by side: {base}{PAGE}")
        for sentence in sentences:
            self.announce(sentence)
        teachers = self.tell_class(f"http://{self.wall}:{page}/", base) if self.in_class else None
        if not public and not self.in_class:
            self.tell_others(base, host)
        if has_display():
            threading.Thread(target=show, args=(base, teachers or base + PAGE), daemon=True).start()


def ports(host, first, count):
    """Return `count` free ports: `first` (0: any) and the ones after it, or others if one of these is taken.

    Raises StartError if `first` itself is taken.
    """
    held = []
    try:
        held.append(listen(host, first))
        for _ in range(count - 1):
            try:
                held.append(listen(host, first and held[-1].getsockname()[1] + 1))
            except StartError:
                held.append(listen(host, 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def has_display():
    """Return whether a browser can open a window; a text-mode browser would take over the terminal."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in DISPLAYS)


def show(base, address):
    """Open `address` in the browser as soon as the server at `base` responds; else the printed address remains."""
    try:
        # No proxy of the environment: the server is on this machine.
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(base, timeout=PATIENCE).close()
        webbrowser.open(address)
    except (OSError, webbrowser.Error):
        pass
