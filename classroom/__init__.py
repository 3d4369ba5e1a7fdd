"""The class: phones that vote on a question and read by a technique, a wall that shows it, a page for the teacher."""

MIDDLEWARE = "classroom.middleware.phones_first"
BOARD_SCRIPT = "classroom/board.js"  # what the board's page loads while a class is open
