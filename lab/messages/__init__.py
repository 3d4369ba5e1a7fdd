"""Messages, and how they travel: fields and their rules, refusals, frames, framing. No Django, no server."""
