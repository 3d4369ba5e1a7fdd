"""Origins of the wires, as the pages address them."""

from dataclasses import dataclass

from django.conf import settings
from django.http.request import split_domain_port

from lab.net import public_origin

# The control listens only there, if LAB_PUBLIC_ORIGIN is not set; and a policy cannot name IPv6 addresses.
LOOPBACK = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Wires:
    """Origins of the page, of the control, and of each technique's wire."""

    page: str
    control: str
    wires: dict


def of(request):
    """Return the Wires, by LAB_PUBLIC_ORIGIN or under the host name of `request`; None if they cannot be reached."""
    host, _port = split_domain_port(request.get_host())
    if not settings.WIRES:
        return None
    origins = settings.PUBLIC_ORIGINS
    if {host, *_hosts(origins)} <= set(LOOPBACK):  # a container's ports may be at both of these names
        origins = public_origin.origins(f"http://{host}:{{port}}", settings.WIRES)
    if not origins:
        return None
    wires = {name: origins[name] for name in settings.WIRES["wires"] if name in settings.TECHNIQUES}
    return Wires(origins["page"], origins["control"], wires)


def _hosts(origins):
    """Return the host names of origins."""
    return {split_domain_port(public_origin.host(origin))[0] for origin in origins.values()}
