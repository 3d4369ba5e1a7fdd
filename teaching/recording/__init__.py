"""Recordings: the traffic of a demo, or of a scene, as one file in HTML that plays it back."""
