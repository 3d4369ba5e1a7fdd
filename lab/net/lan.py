"""Addresses of this machine in its network, and a poster of one for a classroom, in large letters and as a QR code."""

import io
import ipaddress
import os
import socket
import subprocess

from django.conf import settings
from django.http.request import validate_host

ALL_INTERFACES = ("0.0.0.0", "::")  # a server that listens there has all addresses of this machine
OUTSIDE = ("192.0.2.1", 9)  # RFC 5737: nobody's address; nothing is sent there, it only selects a route
# Glyphs of 3 x 5 blocks for the characters of an address; the point and the colon are 1 wide.
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


WSL = (
    "WSL2 is in a network of its own, which other machines do not reach: "
    "write networkingMode=mirrored under [wsl2] in .wslconfig, run `wsl --shutdown` in Windows, and start again."
)


class NoNetwork(Exception):
    """There is no address for a classroom; the text is one sentence that says why."""


def addresses() -> list[str]:
    """Return this machine's IPv4 addresses, loopback last."""
    import psutil  # not at the top, as segno below: a server that only this machine uses starts without them

    interfaces = psutil.net_if_addrs().values()
    own = [entry.address for entries in interfaces for entry in entries if entry.family == socket.AF_INET]
    return sorted(own, key=is_loopback)


def choose(wanted: str = "") -> str:
    """Return the address to serve on: `wanted`, or this machine's address in its network.

    Raises NoNetwork if `wanted` is not this machine's, or if there is no network that others reach.
    """
    own = addresses()
    if wanted:
        if not any(is_own(wanted, address) for address in own):
            raise NoNetwork(f"--lan: {wanted} is not this machine's; it has {', '.join(own)}.")
        return wanted
    if is_behind_windows():
        raise NoNetwork(f"--lan: {WSL}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(OUTSIDE)
            address = probe.getsockname()[0]
        except OSError:  # a network without a route to the outside
            address = own[0] if own else "127.0.0.1"
    if is_loopback(address):
        raise NoNetwork("--lan: this machine is in no network; connect it, or name one of its addresses.")
    return address


def is_behind_windows() -> bool:
    """Return whether this is WSL2 in its own network, not in that of Windows."""
    if "wsl2" not in os.uname().release.lower():
        return False
    try:
        process = subprocess.run(
            ["wslinfo", "--networking-mode"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):  # an older WSL, which has no other mode
        return True
    return process.stdout.strip() not in ("mirrored", "bridged")


def is_own(wanted: str, address: str) -> bool:
    """Return whether `wanted` is this machine's `address`; loopback includes every address that begins with 127."""
    try:
        wanted_address = ipaddress.IPv4Address(wanted)
    except ValueError:
        return False
    return str(wanted_address) == address or (wanted_address.is_loopback and is_loopback(address))


def allow_own_addresses(address: str) -> None:
    """Accept requests to this machine's addresses and to no other host, also in processes that this one starts."""
    settings.ALLOWED_HOSTS = list(dict.fromkeys([address, *addresses()]))
    os.environ["ALLOWED_HOSTS"] = ",".join(settings.ALLOWED_HOSTS)


def reachable(host: str) -> tuple[list[str], list[str]]:
    """Return the addresses at which other machines reach a server on `host`: (those it accepts, those it refuses).

    It accepts requests to the addresses in ALLOWED_HOSTS.
    """
    own = addresses() if host in ALL_INTERFACES else [host]
    others = [address for address in own if address != "localhost" and not is_loopback(address)]
    allowed = [address for address in others if validate_host(address, settings.ALLOWED_HOSTS)]
    return allowed, [address for address in others if address not in allowed]


def is_loopback(address: str) -> bool:
    """Return whether an address is a loopback address; a name is none."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def poster(url: str, encoding: str = "utf-8") -> str:
    """Return text for the projector: the address large, and as a QR code.

    If the terminal's encoding has no block characters, the address is drawn in number signs, without the code.
    """
    import segno

    code = io.StringIO()
    segno.make(url).terminal(code, border=2, compact=True)
    address = large(url.removeprefix("http://").rstrip("/"))
    text = f"\n{address}\n\n{url}\n\n{code.getvalue()}\n"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return f"\n{address.replace('█', '#')}\n\n{url}\n\nThis terminal cannot show the QR code.\n"
    return text


def large(address: str) -> str:
    """Return an address of digits, points and colons as five lines of block characters."""
    return "\n".join("  " + " ".join(GLYPHS[character][line] for character in address) for line in range(5))


def qr_svg(url: str) -> bytes:
    """Return an address as a QR code in SVG, dark on white whatever the page's theme."""
    import segno

    svg = io.BytesIO()
    segno.make(url, micro=False).save(svg, kind="svg", border=2, light="#fff", scale=8)
    return svg.getvalue()
