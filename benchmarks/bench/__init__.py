"""The bench: what a delivery, a request or a connection costs the server, and a wire, beside the yardsticks."""
