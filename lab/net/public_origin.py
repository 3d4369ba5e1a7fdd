"""Public origins: where browsers find the page, the wires and the control, if a container or a proxy is in between."""

import re
from collections.abc import Mapping
from typing import Any

ORIGIN = re.compile(r"https?://[^\s/?#@{}\\]+")
SENTENCE = "http:// or https:// and a host, with {port} or {name} in it, such as https://{name}.example.org."


def origins(template: str, laid: Mapping[str, Any]) -> dict[str, str]:
    """Return the origin of "page", of "control" and of each technique's wire.

    `template`: {port} stands for the port, {name} for the key. `laid`: {"page": port, "control": port, "wires":
    {technique: port}}. Raises ValueError if the template cannot be used.
    """
    ports = {"page": laid["page"], "control": laid["control"], **laid["wires"]}
    found = {name: template.replace("{port}", str(port)).replace("{name}", name) for name, port in ports.items()}
    if len(set(found.values())) < len(ports) or not all(ORIGIN.fullmatch(origin) for origin in found.values()):
        raise ValueError(SENTENCE)
    return found


def host(origin: str) -> str:
    """Return the host of an origin, with its port if it has one."""
    return origin.partition("://")[2]
