"""The servers that are measured: how each is started, on a core of its own, and the wire before it."""
