"""Scanners: split a connection's bytes into requests, responses, events and frames, and count the bytes by kind."""
