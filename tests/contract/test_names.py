"""Section 1.3: the rules for names and texts, tested with values that hypothesis generates."""

import json
import string
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lab.messages import validation as rules
from lab.messages.errors import Refused
from lab.messages.invisible import INVISIBLE
from lab.messages.message import Message

# All code points, also those that cannot be encoded; the odd ones more often than by chance.
ODD = "\0\t\n\r\x0b\x0c\x1c\x1f\x7f\x85\xa0\u0301\u0345\u200b\u2028\u2029\u202e\u3000\ufeff\ud800\udfff\U000e0001"
characters = (
    st.characters() | st.characters(categories=["Cs", "Cc", "Mn", "Mc", "Zs", "Zl", "Zp"]) | st.sampled_from(ODD)
)
texts = st.text(characters, max_size=80) | st.text(characters).map(lambda text: text * 100)
values = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.lists(st.integers()) | st.just({})
good_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
    lambda text: any(unicodedata.category(char)[0] in "LNPS" and not INVISIBLE.match(char) for char in text)
)
cleaners = [rules.clean_author, rules.clean_text, rules.clean_nonce, rules.clean_sent_at]


def cleaned(clean, value):
    """Return the cleaned value, or None if it is refused with a sentence; any other exception fails the test."""
    try:
        return clean(value)
    except Refused as refused:
        checks = (refused.status in (400, 404), str(refused).endswith("."), str(refused).isprintable())
    assert all(checks)
    return None


@pytest.mark.parametrize("clean", cleaners)
@given(value=values)
def test_4_any_value_of_a_field_is_accepted_or_refused(clean, value):
    cleaned(clean, value)


@given(name=texts)
@example("a\u0301" * 64)
@example("\u0344" * 33)  # NFC makes it longer
@example(" \u0301a")
def test_1_3_a_room_name_is_nfc_and_cleaning_it_again_changes_nothing(name):
    room = cleaned(rules.clean_room, name)
    if room is None:
        return
    assert room == unicodedata.normalize("NFC", name).strip()
    assert room == unicodedata.normalize("NFC", room) == rules.clean_room(room)
    assert 1 <= len(room) <= 64
    assert all(char in "-_\u200c\u200d" or unicodedata.category(char)[0] in "LMN" for char in room)


@given(name=st.text(st.characters(categories=["L", "Nd"]) | st.sampled_from("-_"), min_size=1, max_size=64))
def test_1_3_a_room_name_may_have_letters_and_digits_of_any_script(name):
    assume(len(unicodedata.normalize("NFC", name)) <= 64 and not INVISIBLE.search(name))
    assert rules.clean_room(name)


@given(name=st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=20))
def test_1_3_a_room_typed_in_two_ways_is_one_room(name):
    decomposed = unicodedata.normalize("NFD", name)
    assume(not INVISIBLE.search(name))
    assume(unicodedata.category(decomposed[0]) not in ("Mn", "Mc"))
    assert rules.clean_room(decomposed) == rules.clean_room(f" {name}\n")


@pytest.mark.parametrize(
    "name", [*sorted(set(string.printable) - set(string.ascii_letters + string.digits + "-_")), "", "a" * 65]
)
def test_1_3_other_characters_are_refused_in_a_room_name(name):
    with pytest.raises(Refused) as refused:
        rules.clean_room(f"a{name}b" if len(name) == 1 else name)
    assert refused.value.status == 404


@given(name=texts)
@example("\u0344" * 21)
def test_1_3_an_author_is_nfc_and_cleaning_it_again_changes_nothing(name):
    author = cleaned(rules.clean_author, name)
    if author is None:
        return
    assert author == unicodedata.normalize("NFC", author) == rules.clean_author(author)
    assert author == author.strip()
    assert 1 <= len(author) <= 40
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in author)
    author.encode()


NEEDED = {  # why: a name with an invisible character that must stay
    "a non-joiner in Persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "a joiner in Sinhala": "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
    "a non-joiner in Hindi": "\u0915\u094d\u200c\u0937",
    "a variant of an ideograph": "\u845b\U000e0100\u57ce",
    "a variant of a Mongolian letter": "\u1820\u180b",
}
NEEDED_BY_EMOJI = {
    "a profession": "Ann \U0001f469\u200d\U0001f52c",
    "a profession with a skin": "\U0001f469\U0001f3fd\u200d\u2695\ufe0f",
    "a heart": "\u2764\ufe0f\u200d\U0001f525",
    "a flag of colours": "\U0001f3f3\ufe0f\u200d\U0001f308",
    "a region's flag": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a keycap": "1\ufe0f\u20e3",
    "an arrow": "\U0001f642\u200d\u2194\ufe0f",
}
NOT_NEEDED = {  # why: a name that looks like another one
    "a joiner in Latin": "A\u200dnn",
    "a non-joiner in Latin": "A\u200cnn",
    "a non-joiner after a letter that joins nothing": "\u062f\u0627\u200c\u0648\u062f",
    "a joiner at the end": "Ann\u200d",
    "a joiner beside an unknown character": "\U000e0fff\u200ca",
    "a joiner after an emoji": "\U0001f469\u200dAnn",
    "an emoji's style on a letter": "Ann\ufe0f",
    "an emoji's style on a digit": "Ann1\ufe0f",
    "a style twice": "\u2764\ufe0f\ufe0f",
    "a variant of a Latin letter": "Ann\U000e0100",
    "tags alone": "Ann\U000e0067\U000e007f",
    "a turn to the left": "\u202eAnn",
    "an isolate": "\u2067Ann\u2069",
    "a mark of direction": "Ann\u200f",
    "a soft hyphen": "An\u00adn",
    "a filler": "Ann\u3164",
    "a word joiner": "An\u2060n",
    "an empty Braille pattern": "Ann\u2800",
    "a grapheme joiner": "An\u034fn",
}


@pytest.mark.parametrize("name", list(NEEDED.values()), ids=list(NEEDED))
def test_1_3_invisible_characters_that_a_script_needs_stay_in_names(name):
    assert rules.clean_room(name) == name
    assert rules.clean_author(f"Ann {name}") == f"Ann {name}"


@pytest.mark.parametrize("name", list(NEEDED_BY_EMOJI.values()), ids=list(NEEDED_BY_EMOJI))
def test_1_3_invisible_characters_that_an_emoji_needs_stay_in_an_author(name):
    assert rules.clean_author(name) == name


@pytest.mark.parametrize("name", list(NOT_NEEDED.values()), ids=list(NOT_NEEDED))
def test_1_3_characters_that_make_a_name_look_like_another_are_refused(name):
    with pytest.raises(Refused, match="invisible"):
        rules.clean_author(name)
    with pytest.raises(Refused, match="room"):
        rules.clean_room(name)


latin = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=10)


@given(before=latin, hidden=st.from_regex(INVISIBLE, fullmatch=True), after=latin)
def test_1_3_no_invisible_character_makes_two_latin_names_look_equal(before, hidden, after):
    with pytest.raises(Refused):
        rules.clean_author(before + hidden + after)


@given(text=texts)
def test_1_3_a_text_is_unchanged_and_bounded(text):
    if cleaned(rules.clean_text, text) is None:
        return
    assert rules.clean_text(text) is text
    assert 1 <= len(text) <= 4_000
    assert text.strip()
    text.encode()


@given(text=good_texts)
def test_1_3_every_text_that_can_be_stored_is_accepted(text):
    assert rules.clean_text(text) == text


@given(nonce=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=64))
def test_1_3_a_nonce_is_printable_ascii(nonce):
    assert rules.clean_nonce(nonce) == nonce


@given(nonce=texts)
def test_1_3_any_other_nonce_is_refused(nonce):
    accepted = cleaned(rules.clean_nonce, nonce) is not None
    assert accepted == (1 <= len(nonce) <= 64 and nonce.isascii() and nonce.isprintable())


@given(number=st.integers(0, 2**63 - 1))
def test_2_1_every_id_is_a_valid_after(number):
    assert rules.clean_after(str(number)) == number


@given(after=texts | st.integers().map(str) | st.text("0123456789 _+-.", max_size=25))
def test_4_any_other_after_is_refused(after):
    number = cleaned(rules.clean_after, after)
    if number is not None:
        assert 0 <= number < 2**63
        assert set(after) <= set(string.digits)


@given(sent_at=st.integers() | st.floats())
def test_1_1_sent_at_is_a_finite_number(sent_at):
    assert cleaned(rules.clean_sent_at, sent_at) == (float(sent_at) if abs(sent_at) < 1e300 else None)


@given(body=st.binary() | texts)
def test_4_any_body_is_a_json_object_or_refused(body):
    assert isinstance(cleaned(rules.parse, body), dict | None)


@given(
    value=st.recursive(
        values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
    )
)
def test_4_any_json_value_is_an_object_or_refused(value):
    try:
        json.dumps(value, allow_nan=False)
        good = isinstance(value, dict)
    except ValueError:  # it holds NaN or Infinity
        good = False
    assert cleaned(rules.parse, json.dumps(value)) == (value if good else None)


@given(fields=st.fixed_dictionaries({"author": values, "text": values}, optional={"nonce": values, "sent_at": values}))
def test_4_any_fields_make_a_draft_or_are_refused(fields):
    if draft := cleaned(lambda fields: rules.draft("lobby", fields), fields):
        assert (draft.room, draft.text) == ("lobby", fields["text"])


messages = st.builds(
    Message,
    id=st.integers(1, 2**63 - 1),
    room=st.just("物理课"),
    author=good_texts,
    text=good_texts,
    nonce=st.just("n"),
    sent_at=st.none() | st.floats(-1e300, 1e300),
    published_at=st.floats(0, 1e15),
)


@given(message=messages)
def test_1_1_a_message_is_equal_after_encoding_and_decoding(message):
    assert json.loads(message.json) == message.as_dict()
    assert not set(message.json) & set(b"\r\n")
