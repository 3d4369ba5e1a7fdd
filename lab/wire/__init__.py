"""The instrumented relay: it carries a link and its faults, and counts and shows every byte that passes."""
