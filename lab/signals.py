"""Signals: what other apps are told."""

from django.dispatch import Signal

# Sent with `room`, when a room is forgotten: a receiver deletes what its app keeps, and returns whether there was any.
forgotten = Signal()
