"""Bounds of a class; docs/classroom.md and SPEC.md list them."""

from lab.settings import number

PHONES_MAX = 250  # phones of a lesson; then 503
ADDRESS_PHONES = number("LAB_ADDRESS_PHONES", 100)  # of one address, as behind a router; then 429; 0: no bound
PHONE_STREAMS = 4  # event streams of one phone, as in several tabs; then 429
WALLS_MAX = 16  # event streams of walls, and as many of the teacher's pages; then 503
QUESTIONS_MAX = 50  # questions of the teacher's own; then 409
ROUNDS_MAX = 100  # questions asked in a lesson; then 409
TEXT_MAX = 300  # characters of a question
OPTION_MAX = 80  # characters of an option
OPTIONS_MIN, OPTIONS_MAX = 2, 8
FILE_MAX = 32_768  # bytes of a file of questions
RECEIPTS_MAX = 50  # messages in one report of a phone
MESSAGES_KEPT = 20  # the teacher's newest messages, whose arrival at the phones is kept
REPORT_SECONDS = 15  # seconds without a report after which a phone counts as away; it sends one every 5
