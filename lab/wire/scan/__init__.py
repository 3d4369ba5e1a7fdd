"""Scanners: split what passes into requests, responses, events and frames, and count its bytes by kind."""
