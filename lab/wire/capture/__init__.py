"""The capture: recent exchanges and their bytes, and the file for Wireshark."""
