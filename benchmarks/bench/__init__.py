"""The bench: what single things cost a server or a wire, beside the yardsticks."""
