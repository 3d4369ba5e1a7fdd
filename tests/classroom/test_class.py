"""A whole class over HTTP: who may do what, what each may see, and what outlives a restart."""

import csv
import io
import re

import pytest

from classroom import bounds
from lab.techniques import TECHNIQUES
from support.phones import HOST, QUESTION, ClassServer, Member, running
from support.processes import ROOT, run_command, until
from support.raw_http import get, post, send_request

pytestmark = pytest.mark.server

TEACHERS = ["ask", "twin", "step", "settle", "peek", "keep", "drop", "technique", "publish", "forget"]


@pytest.fixture
def lesson(tmp_path):
    """A class, its teacher, and three phones."""
    with running(tmp_path / "data") as (server, teacher):
        yield server, teacher, [Member(server).join(name) for name in ("", "Ann", "=1+1")]


def test_the_key_of_the_teachers_page_works_once(tmp_path):
    with running(tmp_path / "data") as (server, teacher):
        assert Member(server).get(server.key_path).status == 403
        assert Member(server).get("/class/?key=wrong").status == 403
        assert Member(server).get("/class/").status == 403
        assert teacher.get("/class/").status == 200
        assert teacher.get(server.key_path).headers["location"] == "/class/", "the key leaves the address"
        assert "lab_teacher" in teacher.cookie


def test_a_page_that_is_loaded_ahead_of_time_does_not_use_the_key_up(tmp_path):
    server = ClassServer(tmp_path / "data").start()
    try:
        assert Member(server).get(server.key_path, Sec_Purpose="prefetch").status == 403
        assert send_request(server.url, "HEAD", server.key_path).status == 403
        teacher = Member(server).teach()
        (cookie,) = [line for line in teacher.cookies if line.startswith("lab_teacher=")]
        assert re.fullmatch(r"lab_teacher=\w{64}; .*HttpOnly; Max-Age=43200; Path=/class/; SameSite=Lax", cookie)
        other = ClassServer(tmp_path / "other").start()
        try:
            assert Member(other, teacher.cookie).get("/class/").status == 403, "another class's cookie"
        finally:
            other.stop()
    finally:
        server.stop()


def test_the_key_is_on_no_page(lesson):
    server, teacher, (phone, *_) = lesson
    key = server.key_path.partition("=")[2]
    for member, path in ((phone, "/join/"), (phone, "/wall/"), (teacher, "/class/wall/"), (teacher, "/class/")):
        assert key not in member.get(path).body.decode()


@pytest.mark.parametrize("action", TEACHERS)
def test_a_phone_cannot_steer(lesson, action):
    server, _teacher, (phone, *_) = lesson
    for member in (phone, Member(server), Member(server, "lab_teacher=" + "0" * 64)):
        response = member.post(f"/class/{action}.json", QUESTION)
        assert (response.status, response.sentence) == (403, "class: only the teacher may do this.")
    for path in ("/class/votes.csv", "/class/state.events", "/class/wall.events"):
        assert phone.get(path).status == 403
    assert phone.state("/join/state.events")["round"] is None


def test_a_vote_is_in_no_state_before_the_teacher_opens_it(lesson):
    server, teacher, phones = lesson
    teacher.do("ask", **QUESTION)
    for phone, option in zip(phones, "abb", strict=True):
        assert phone.vote(option) == 200
    for stage in ("first", "discuss", "second", "closed"):
        if stage != "first":
            teacher.do("step", stage=stage)
        wall, desk = teacher.state("/wall/state.events")["round"], teacher.state("/class/state.events")["round"]
        assert wall == desk
        assert wall["stage"] == stage
        assert wall["voted"] == [3, 0]
        assert not {"first", "second", "right"} & wall.keys()
        mine = phones[0].state("/join/state.events")["round"]
        assert mine["mine"] == ["a", None]
        assert not {"voted", "first", "second", "right"} & mine.keys(), "not even how many"
    assert teacher.do("peek") == {"first": [1, 2, 0], "second": [0, 0, 0]}, "the teacher may look"
    teacher.do("step", stage="shown")
    for path, member in (("/wall/state.events", Member(server)), ("/join/state.events", phones[0])):
        opened = member.state(path)["round"]
        assert (opened["first"], opened["second"], opened["right"]) == ([1, 2, 0], [0, 0, 0], ["b"])


def test_a_phone_sees_its_own_vote_alone(lesson):
    _server, teacher, (one, two, _three) = lesson
    teacher.do("ask", **QUESTION)
    one.vote("c")
    assert one.state("/join/state.events")["round"]["mine"] == ["c", None]
    assert two.state("/join/state.events")["round"]["mine"] == [None, None]
    assert '"c"' not in str(two.state("/join/state.events")["round"]["mine"])
    for forged in (two.cookie.replace("lab_phone=", "lab_phone=x"), "lab_phone=1", one.cookie[:-1]):
        response = Member(_server, forged).post("/join/vote.json", {"round": 1, "option": "a"})
        assert (response.status, response.sentence) == (403, "phone: not in this class, join it first.")


def test_a_phone_cannot_vote_as_two(lesson):
    _server, teacher, (one, *_) = lesson
    number, cookie = one.number, one.cookie
    assert one.join("again").number == number, "joining again is the same phone"
    teacher.do("ask", **QUESTION)
    for option in "abcb":
        assert one.vote(option) == 200
    assert Member(_server, cookie).vote("b") == 200, "another page of the phone"
    assert teacher.state("/wall/state.events")["round"]["voted"] == [1, 0]
    assert teacher.do("peek")["first"] == [0, 1, 0], "the last vote counts"


def test_a_late_or_foreign_vote_is_refused(lesson):
    _server, teacher, (one, two, _three) = lesson
    assert one.vote("a") == 409, "nothing was asked"
    teacher.do("ask", **QUESTION)
    assert one.vote("z") == 400
    teacher.do("step", stage="discuss")
    assert one.vote("a") == 409
    teacher.do("ask", **QUESTION)
    assert one.vote("a", 1) == 409, "the round before"
    assert two.vote("a", 2) == 200
    teacher.do("step", stage="shown")
    assert teacher.post("/class/step.json", {"stage": "second"}).status == 409, "after the votes were seen"


def test_other_sites_and_other_bodies_are_refused(lesson):
    server, teacher, (phone, *_) = lesson
    assert phone.post("/join/vote.json", {}, Origin="http://evil.example").status == 403
    assert teacher.post("/class/step.json", {"stage": "shown"}, Origin=f"http://127.0.0.1:{server.port}").status == 403
    assert post(server.url, "/join/phone.json", b"{", Cookie=phone.cookie).status == 400
    assert send_request(server.url, "POST", "/join/phone.json", b"{}", {"Content-Type": "text/plain"}).status == 415
    assert phone.post("/join/phone.json", {"name": "a\u202eb"}).sentence.startswith("name: no invisible characters")
    assert phone.post("/join/phone.json", {"name": "x" * 41}).sentence == "name: 1 to 40 characters."
    assert phone.get("/join/state.events", Sec_Fetch_Site="cross-site").status == 403


def test_a_scene_is_settled_by_what_was_measured(lesson):
    _server, teacher, (one, two, _three) = lesson
    assert teacher.post("/class/settle.json", {"scene": "idle", "right": ["a"]}).status == 409
    teacher.do("ask", **QUESTION | {"scene": "idle", "right": [], "twin": QUESTION})
    one.vote("a")
    two.vote("c")
    assert teacher.post("/class/settle.json", {"scene": "one", "right": ["a"]}).status == 409
    opened = teacher.do("settle", scene="idle", right=["a", "c", "unknown"])
    assert (opened["stage"], opened["right"], opened["first"]) == ("shown", ["a", "c"], [1, 0, 1])
    teacher.do("twin")
    two.vote("b", 2)
    teacher.do("step", stage="shown")
    state = teacher.state("/class/state.events")
    assert state["round"]["twin_of"] == 1
    assert (state["before"]["were_right"], state["after"]["were_right"]) == ([2, 0], [1, 0])
    assert teacher.post("/class/twin.json").status == 409


def test_questions_of_the_teachers_own_are_kept_and_bounded(lesson):
    _server, teacher, _phones = lesson
    teacher.do("keep", **QUESTION)
    teacher.do("keep", toml='[[question]]\ntext = "Who?"\noptions = ["Ann", "Bob"]\n')
    first, second = teacher.state("/class/state.events")["questions"]
    assert (first["text"], second["text"]) == ("Who is last?", "Who?")
    teacher.do("ask", id=first["id"])
    teacher.do("drop", id=first["id"])
    assert teacher.post("/class/drop.json", {"id": first["id"]}).status == 404
    many = '[[question]]\ntext = "Who?"\noptions = ["Ann", "Bob"]\n' * bounds.QUESTIONS_MAX
    assert teacher.post("/class/keep.json", {"toml": many}).sentence == "questions: at most 50, delete some."
    assert teacher.post("/class/keep.json", {"toml": "x"}).sentence.startswith("file: not TOML: ")


def test_phones_of_one_address_are_bounded(tmp_path):
    with running(tmp_path / "data", LAB_ADDRESS_PHONES="2") as (server, _teacher):
        for _ in range(2):
            Member(server).join()
        response = Member(server).post("/join/phone.json")
        assert (response.status, response.sentence) == (429, "phone: too many phones of this address.")


def test_techniques_are_spread_evenly_or_chosen(lesson):
    server, teacher, phones = lesson
    phones += [Member(server).join() for _ in range(5)]

    def counts():
        taken = [phone["technique"] for phone in teacher.state("/wall/state.events")["phones"]]
        return [taken.count(technique) for technique in TECHNIQUES]

    assert counts() == [2] * len(TECHNIQUES)
    teacher.do("technique", technique=TECHNIQUES[1])
    assert counts() == [0, 8, 0, 0]
    teacher.do("technique", technique="spread")
    assert counts() == [2] * len(TECHNIQUES)
    assert teacher.post("/class/technique.json", {"technique": "pigeon"}).status == 400


def test_the_wall_shows_when_a_message_came_and_no_name(lesson):
    _server, teacher, (one, two, _three) = lesson
    message = teacher.do("publish", author="Teacher", text="hi", nonce="n")["id"]
    assert teacher.do("publish", author="Teacher", text="hi", nonce="n")["id"] == message
    one.post("/join/report.json", {"received": [{"id": message, "ms": 12.5, "bound": 2}]})
    two.post("/join/report.json", {"received": [{"id": message + 1, "ms": 3, "bound": 2}]})
    wall = teacher.state("/wall/state.events")
    receipts = {phone["number"]: phone["receipt"] for phone in wall["phones"]}
    assert receipts == {1: {"ms": 12.5, "bound": 2, "back": True}, 2: None, 3: None}
    assert "Ann" not in str(wall)
    assert teacher.state("/class/state.events")["names"] == {"2": "Ann", "3": "=1+1"}


def test_the_votes_are_exported_without_formulas(lesson):
    _server, teacher, phones = lesson
    teacher.do("ask", **QUESTION | {"text": "=HYPERLINK(1)"})
    for phone in phones:
        phone.vote("a")
    teacher.do("step", stage="second")
    phones[2].vote("b")
    response = teacher.get("/class/votes.csv")
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.body.decode("utf-8-sig"))))
    assert [row["nickname"] for row in rows] == ["", "Ann", "'=1+1"]
    assert {row["question"] for row in rows} == {"'=HYPERLINK(1)"}
    assert [(row["first vote"], row["first is right"]) for row in rows] == [("Ann", "no")] * 3
    assert [(row["second vote"], row["second is right"]) for row in rows] == [("", ""), ("", ""), ("Bob", "yes")]


def test_a_lesson_outlives_a_killed_server_and_is_forgotten_on_command(tmp_path):
    data = tmp_path / "data"
    with running(data) as (server, teacher):
        phone = Member(server).join("Ann")
        teacher.do("ask", **QUESTION)
        phone.vote("b")
        server.kill()
        server.start()
        assert phone.vote("a") == 200
        assert teacher.get("/class/").status == 403, "another start has another key"
        teacher = Member(server).teach()
        assert teacher.do("peek")["first"] == [1, 0, 0]
        done = run_command("forget", "class", data=data)
        assert done.stdout == "The room class is empty.\n", done.stderr
        until(lambda: teacher.state("/wall/state.events")["round"] is None, "the votes are still there")
        assert phone.vote("a") == 403
        assert run_command("forget", "class", data=data).returncode == 1, "nothing is left"
        phone.join()
        teacher.do("ask", **QUESTION)
        teacher.do("forget")
        assert teacher.state("/class/state.events")["phones"] == []


def test_browsers_that_open_the_short_address_land_on_the_phones_page(lesson):
    server, _teacher, _phones = lesson
    html = {"Accept": "text/html,*/*"}
    assert get(server.url, "/", **html).headers["location"] == "/join/"
    assert get(server.url, "/?room=lobby", **html).status == 200, "the chat can still be found"
    assert get(server.url, "/join/").status == 200
    code = get(server.url, "/join/qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert "script" not in code.body.decode()


def test_without_a_class_its_addresses_say_so(server):
    for path in ("/join/", "/wall/", "/class/", "/class/wall/"):
        response = get(server.url, path)
        assert response.status == 404
        assert "make class" in response.body.decode()
    for path in ("/join/state.events", "/class/votes.csv", "/join/qr.svg"):
        assert get(server.url, path).sentence == "class: none is open; start the lab with `make class`."
    assert post(server.url, "/join/phone.json", {}).status == 404


def test_a_server_of_several_processes_has_no_class(tmp_path):
    """Its phones would not meet in one memory."""
    from support.processes import ServerProcess

    server = ServerProcess(tmp_path / "data").start("--lan", HOST, "--workers", "2")
    try:
        assert get(f"http://{HOST}:{server.port}", "/join/").status == 404
    finally:
        server.stop()


def test_7_5_the_spec_has_every_bound_with_its_value():
    section = (ROOT / "SPEC.md").read_text().partition("7.5 The bounds")[2]
    told = [int(number.replace(",", "")) for number in re.findall(r"^\|[^|]+\| ([\d,]+) \|", section, re.MULTILINE)]
    most = (
        *(bounds.PHONES_MAX, bounds.ADDRESS_PHONES, bounds.PHONE_STREAMS, bounds.WALLS_MAX, bounds.QUESTIONS_MAX),
        *(bounds.ROUNDS_MAX, bounds.TEXT_MAX, bounds.OPTION_MAX, bounds.OPTIONS_MAX, bounds.FILE_MAX),
        bounds.RECEIPTS_MAX,
    )
    assert told == list(most)
