"""manage.py demo: run the lab's server and open all techniques side by side in the browser."""

import os
import re
import sys
import threading
import urllib.request
import webbrowser

from lab.management.commands import serve

PAGE = "compare/lobby/"
PATIENCE = 30  # seconds that the server may take to answer
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")  # one of them is set where Unix has a screen


class Command(serve.Command):
    """Serve the lab, and show it."""

    help = "Serve the lab and open it in the browser, where there is one: all techniques side by side."

    def announce(self, sentence):
        """Tell the address; open it once the server answers."""
        address = re.search(r"http://\S+", sentence).group() + PAGE
        super().announce(f"{sentence}\nAll techniques side by side: {address}")
        if has_display():
            threading.Thread(target=show, args=(address,), daemon=True).start()


def has_display():
    """Tell whether a browser's window could be seen; a browser in text mode would take the terminal over."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in DISPLAYS)


def show(address):
    """Open `address` in the browser as soon as it is answered; where that fails, the address stands printed."""
    try:
        # No proxy of the environment: the server is on this machine.
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=PATIENCE).close()
        webbrowser.open(address)
    except (OSError, webbrowser.Error):
        pass
