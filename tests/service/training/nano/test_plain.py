"""Plain: nothing is called where everything is in view and little."""

import random

from riffler.service.training.nano.plain import plain
from riffler.service.training.nano.record import recording
from riffler.tools.tokens import EstimatedTokens


async def test_the_answer_is_the_only_move() -> None:
    """Nothing is hidden, no tool is called though tools are on offer, and answers come from one message or several."""
    counter = EstimatedTokens()
    several = 0
    async with recording(counter, 6144) as recorder:
        async for played in recorder.play(plain(random.Random(f"plain {number}")) for number in range(40)):
            assert not played.fault
            [sample] = played.samples
            assert sample.said.text == played.episode.answer
            assert not sample.said.tool_calls
            assert sample.request.tools
            assert "[[" not in "".join(message.text for message in sample.request.messages)
            several += len(played.episode.contexts) > 1
    assert several
