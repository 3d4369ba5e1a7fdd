"""Two hundred phones through a whole vote, over sockets: each joins, follows, votes twice, reads, and reports."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module

import pytest

from lab.techniques import TECHNIQUES
from support.phones import QUESTION, Member, running, state_in_which, states

PHONES = 200
THREADS = 40  # phones that send something at the same time
FIRST, SECOND = "acb", "bba"  # what the phones choose, in turn


def counted(choices):
    """Return the votes for each option."""
    votes = [choices[number % len(choices)] for number in range(PHONES)]
    return [votes.count(option) for option in QUESTION["options"]]


def in_stage(stage):
    """Return the condition that a state's round is in this stage."""
    return lambda state: state["round"] and state["round"]["stage"] == stage


def read(server, technique, room, after):
    """Read the next message by the technique's own Python client; return its id."""
    client = import_module(f"{technique}.client").Client(server.url, room, after=after)
    try:
        return next(client.messages())["id"]
    finally:
        client.close()


@pytest.mark.server
def test_two_hundred_phones_vote_discuss_vote_again_and_read(tmp_path):
    with running(tmp_path / "data", LAB_ADDRESS_PHONES="0") as (server, teacher):
        asyncio.run(whole_vote(server, teacher))


async def whole_vote(server, teacher):
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(THREADS) as pool, ThreadPoolExecutor(PHONES) as readers:

        async def each(action):
            """Let every phone do something; return what that returns."""
            calls = [loop.run_in_executor(pool, action, number) for number in range(PHONES)]
            return await asyncio.gather(*calls)

        phones = await each(lambda _number: Member(server).join())
        assert sorted(phone.number for phone in phones) == list(range(1, PHONES + 1))
        phones.sort(key=lambda phone: phone.number)
        async with asyncio.TaskGroup() as follow:
            stages = {stage: asyncio.Event() for stage in ("first", "second", "shown")}
            everywhere = dict.fromkeys(stages, 0)

            async def follows(phone):
                async with states(server, "/join/state.events", phone.cookie) as stream:
                    for stage in stages:
                        seen = await state_in_which(stream, in_stage(stage))
                        assert ("first" in seen["round"]) == (stage == "shown"), "votes are hidden until they are open"
                        everywhere[stage] += 1
                        if everywhere[stage] == PHONES:
                            stages[stage].set()

            for phone in phones:
                follow.create_task(follows(phone))
            await asyncio.to_thread(partial(teacher.do, "ask", **QUESTION))
            await stages["first"].wait()
            assert set(await each(lambda number: phones[number].vote(FIRST[number % 3]))) == {200}
            for stage in ("discuss", "second"):
                await asyncio.to_thread(partial(teacher.do, "step", stage=stage))
            await stages["second"].wait()
            assert set(await each(lambda number: phones[number].vote(SECOND[number % 3]))) == {200}
            wall = await asyncio.to_thread(Member(server).state, "/wall/state.events")
            assert wall["round"]["voted"] == [PHONES, PHONES]
            assert not {"first", "second"} & wall["round"].keys()
            await asyncio.to_thread(partial(teacher.do, "step", stage="shown"))
            await stages["shown"].wait()
        opened = (await asyncio.to_thread(Member(server).state, "/wall/state.events"))["round"]
        assert (opened["first"], opened["second"]) == (counted(FIRST), counted(SECOND))
        await the_phones_read(server, teacher, phones, readers)


async def the_phones_read(server, teacher, phones, readers):
    loop = asyncio.get_running_loop()
    wall = await asyncio.to_thread(Member(server).state, "/wall/state.events")
    taken = [phone["technique"] for phone in wall["phones"]]
    assert [taken.count(technique) for technique in TECHNIQUES] == [PHONES // len(TECHNIQUES)] * len(TECHNIQUES)
    reading = [loop.run_in_executor(readers, read, server, technique, "class", 0) for technique in taken]
    message = (await asyncio.to_thread(partial(teacher.do, "publish", author="Teacher", text="hi")))["id"]
    assert set(await asyncio.gather(*reading)) == {message}

    def report(phone):
        return phone.post("/join/report.json", {"received": [{"id": message, "ms": 20, "bound": 3}]}).status

    assert set(await asyncio.gather(*(asyncio.to_thread(report, phone) for phone in phones))) == {200}
    wall = await asyncio.to_thread(Member(server).state, "/wall/state.events")
    assert all(phone["receipt"]["ms"] == 20 for phone in wall["phones"])
