"""Serving a classroom: this machine's address in its network, large and as a QR code for everybody's phone."""

import io
import ipaddress
import os
import socket

import psutil
import segno
from django.conf import settings
from django.http.request import validate_host

EVERYWHERE = ("0.0.0.0", "::")  # a server that listens there is reached at all of this machine's addresses
ANYWHERE = ("192.0.2.1", 9)  # RFC 5737: nobody's; nothing is sent there, the system only says which way it would go
# Figures of three by five for an address; a point and a colon are one wide.
GLYPHS = {
    "0": ("███", "█ █", "█ █", "█ █", "███"),
    "1": ("██ ", " █ ", " █ ", " █ ", "███"),
    "2": ("███", "  █", "███", "█  ", "███"),
    "3": ("███", "  █", "███", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"),
    "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"),
    "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"),
    "9": ("███", "█ █", "███", "  █", "███"),
    ".": (" ", " ", " ", " ", "█"),
    ":": (" ", "█", " ", "█", " "),
}


class NoNetwork(Exception):
    """There is no address to serve a classroom on; the text is one sentence that says why."""


def addresses():
    """Return this machine's own IPv4 addresses, those of its networks first and the loopback's last."""
    own = [entry.address for each in psutil.net_if_addrs().values() for entry in each if entry.family == socket.AF_INET]
    return sorted(own, key=is_loopback)


def choose(wanted=""):
    """Return the address to serve on: `wanted`, or the one by which this machine reaches its network.

    Raises NoNetwork where `wanted` is not this machine's, or there is no network.
    """
    own = addresses()
    if wanted:
        if not any(is_own(wanted, address) for address in own):
            raise NoNetwork(f"--lan: {wanted} is not this machine's; it has {', '.join(own)}.")
        return wanted
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ANYWHERE)
            found = probe.getsockname()[0]
        except OSError:  # a network without a way out of it
            found = own[0] if own else "127.0.0.1"
    if is_loopback(found):
        raise NoNetwork("--lan: this machine is in no network; connect it, or name one of its addresses.")
    return found


def is_own(wanted, address):
    """Tell whether an address is this machine's `address`; the loopback has all that begin with 127."""
    try:
        wanted = ipaddress.IPv4Address(wanted)
    except ValueError:
        return False
    return str(wanted) == address or (wanted.is_loopback and ipaddress.ip_address(address).is_loopback)


def allow(address):
    """Answer to this machine's own addresses and to no other name, in this process and in those it starts."""
    settings.ALLOWED_HOSTS = list(dict.fromkeys([address, *addresses()]))
    os.environ["ALLOWED_HOSTS"] = ",".join(settings.ALLOWED_HOSTS)


def reachable(host):
    """Return (this machine's addresses at which a server on `host` answers other machines, those that it refuses).

    It answers to those that ALLOWED_HOSTS names.
    """
    own = addresses() if host in EVERYWHERE else [host]
    others = [address for address in own if address != "localhost" and not is_loopback(address)]
    allowed = [address for address in others if validate_host(address, settings.ALLOWED_HOSTS)]
    return allowed, [address for address in others if address not in allowed]


def is_loopback(address):
    """Tell whether an address is this machine's loopback; a name is not."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def poster(url, encoding="utf-8"):
    """Return the lines that a class reads off the projector: the address large, and its QR code.

    A terminal whose encoding has no blocks gets the address in number signs, and no code.
    """
    code = io.StringIO()
    segno.make(url).terminal(code, border=2, compact=True)
    address = large(url.removeprefix("http://").rstrip("/"))
    text = f"\n{address}\n\n{url}\n\n{code.getvalue()}\n"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return f"\n{address.replace('█', '#')}\n\n{url}\n\nThis terminal cannot show the QR code.\n"
    return text


def large(address):
    """Return an address of figures, points and colons in five lines."""
    return "\n".join("  " + " ".join(GLYPHS[sign][line] for sign in address) for line in range(5))
