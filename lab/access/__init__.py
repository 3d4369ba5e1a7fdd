"""Access: who a client is, and how many connections, requests and bytes it may cost."""
