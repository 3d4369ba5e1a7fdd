"""The chat that all techniques deliver, and everything that they share."""
