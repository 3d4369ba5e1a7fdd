"""The fault suite: crowds publish and read while something breaks, and a checker says which promise did not hold."""
