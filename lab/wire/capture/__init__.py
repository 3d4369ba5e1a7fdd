"""Capture: recent exchanges with their bytes, and a file of them for Wireshark."""
