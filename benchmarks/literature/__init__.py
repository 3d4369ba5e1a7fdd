"""The literature: published figures, recomputed from their own premises, and measured here."""
