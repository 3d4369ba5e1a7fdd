"""Relay: carries connections to a server, over simulated links with delay, rate limits and faults."""
