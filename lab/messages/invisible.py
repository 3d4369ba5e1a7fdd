"""Invisible characters: whether a text shows anything, and which of them a name needs."""

import re
import unicodedata

from idna import valid_contextj

# Unicode's Default_Ignorable_Code_Point, with the characters that change the direction of writing or look empty.
CHARACTERS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00016fe4\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{CHARACTERS}]")
BLANK = re.compile(rf"[\s\x01-\x1f\x7f-\x9f{CHARACTERS}]*")
# Characters that end a line somewhere, move a terminal's cursor, change the direction of writing, or are invisible.
UNPRINTABLE = re.compile(f"[\0-\x1f\x7f-\x9f\u2028\u2029{CHARACTERS}]")
JOINERS = "\u200c\u200d"
EMOJI_STYLE = "\ufe0e\ufe0f"  # variation selectors: shown as text, shown as an image
FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")  # in tags
KEYCAP = "\u20e3"
SIGNS = "\u203c\u2049\u2139\u3030"  # emoji whose Unicode category is not "symbol"
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def is_blank(text: str) -> bool:
    """Return whether a text is empty or only white space, control and invisible characters; NUL is not one of them."""
    return BLANK.fullmatch(text) is not None


def escaped(text: str) -> str:
    r"""Return the text with \n for a line end, and so on, so that a terminal or a log can show it safely."""
    return UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def hides_something(name: str) -> bool:
    """Return whether a name has an invisible character that neither its script nor an emoji needs at that place."""
    name = FLAG.sub("\U0001f3f4", name)
    return any(not _is_needed(name, match.start()) for match in INVISIBLE.finditer(name))


def _is_needed(name: str, at: int) -> bool:
    char, before, after = name[at], name[:at][-1:], name[at + 1 :][:1]
    if char in JOINERS:
        return joins(name, at) or (char == "\u200d" and _is_emoji(before, *EMOJI_STYLE) and _is_emoji(after))
    if char in EMOJI_STYLE:
        return _is_emoji(before) or (after == KEYCAP and before in tuple("0123456789#*"))
    if "\U000e0100" <= char <= "\U000e01ef":  # the variant of an ideograph
        return _is_named(before, "CJK ")
    return "\u180b" <= char <= "\u180f" and _is_named(before, "MONGOLIAN LETTER ")  # variants, and a vowel set apart


def joins(name: str, at: int) -> bool:
    """Return whether a joiner changes how the letters beside it are written (RFC 5892, appendices A.1 and A.2)."""
    try:
        return valid_contextj(name, at)
    except ValueError:  # the code point beside it has no name
        return False


def _is_emoji(char: str, *more: str) -> bool:
    if not char or char.isascii():
        return False
    return unicodedata.category(char) in ("So", "Sm") or char in (*SIGNS, *SKIN_TONES, *more)


def _is_named(char: str, prefix: str) -> bool:
    return bool(char) and unicodedata.name(char, "").startswith(prefix)
