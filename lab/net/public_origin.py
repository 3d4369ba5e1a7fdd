"""Public origins: where browsers find the page, the wires and the control, if a container or a proxy is in between."""

import re
from collections.abc import Mapping
from typing import Any

ORIGIN = re.compile(r"https?://[^\s/?#@{}\\]+")
SENTENCE = "http:// or https:// and a host, with {port} or {name} in it, such as https://{name}.example.org."


def origins(template: str, wire_ports: Mapping[str, Any]) -> dict[str, str]:
    """Return the origin of "page", of "control" and of each technique's wire.

    `template`: {port} stands for the port, {name} for the key. `wire_ports`: {"page": port, "control": port, "wires":
    {technique: port}}. Raises ValueError if the template cannot be used.
    """
    ports = {"page": wire_ports["page"], "control": wire_ports["control"], **wire_ports["wires"]}
    by_name = {name: template.replace("{port}", str(port)).replace("{name}", name) for name, port in ports.items()}
    if len(set(by_name.values())) < len(ports) or not all(ORIGIN.fullmatch(origin) for origin in by_name.values()):
        raise ValueError(SENTENCE)
    return by_name


def host(origin: str) -> str:
    """Return the host of an origin, with its port if it has one."""
    return origin.partition("://")[2]
