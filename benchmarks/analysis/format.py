"""Writes figures and lists of words as text."""

from collections.abc import Iterable


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure with so many significant digits: 0.0123, 1.23, 12.3, 1,234."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if abs(value) < 10 ** (digits - 1):
        value = float(f"{value:.{digits}g}")  # 0.9999 is 1.00, not 1.000
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    for decimals in range(10):
        if abs(value) >= 10 ** (digits - 1 - decimals):
            return f"{value:,.{decimals}f}"
    return f"{value:.1e}"


def capital(text: str) -> str:
    """Return text that begins with a capital letter; the rest stays, so that CPU remains CPU."""
    return text[:1].upper() + text[1:]


def join(words: Iterable[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
