"""Messages: their fields and rules, refusals, frames and framing. Needs no Django and no server."""
