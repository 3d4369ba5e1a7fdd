"""Origins of the wires, as the pages address them."""

from dataclasses import dataclass

from django.conf import settings
from django.http.request import split_domain_port

LOOPBACK = ("localhost", "127.0.0.1")  # the control listens only there, and a policy cannot name IPv6 addresses


@dataclass(frozen=True)
class Wires:
    """Origins of the page, of the control, and of each technique's wire."""

    page: str
    control: str
    wires: dict


def of(request):
    """Return the Wires under the host name of `request`; None if there are none, or they cannot be reached."""
    host, _port = split_domain_port(request.get_host())
    laid = settings.WIRES
    if not laid or host not in LOOPBACK:
        return None

    def origin(port):
        return f"http://{host}:{port}"

    ports = {name: port for name, port in laid["wires"].items() if name in settings.TECHNIQUES}
    return Wires(origin(laid["page"]), origin(laid["control"]), {name: origin(port) for name, port in ports.items()})
