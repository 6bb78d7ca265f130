"""What arms may look at: what was said before the asking part, and nothing else."""

from riffler.service.agent.before import around, said_before
from riffler.tools.arrival import append
from riffler.tools.events import FragmentsFolded
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import EstimatedTokens


def test_what_was_said_before_the_question() -> None:
    """Users and the model are heard, oldest first, with the rest of the message that asks; tools and prompts aren't."""
    messages = [
        Message.system("Be kind."),
        Message.user("First."),
        Message.assistant(None, [ToolCall("call_1", "search_context", "{}")]),
        Message.tool("call_1", "Found."),
        Message.assistant("Second."),
        Message.user(" \n"),
        Message.of({"role": "user", "content": [{"type": "text", "text": "Third."}, {"type": "text", "text": "Why?"}]}),
    ]
    memory = WorkingMemory()
    memory = memory.commit([append(memory, messages, EstimatedTokens())])
    assert memory.asking is not None
    assert memory.text(memory.asking.span) == "Why?"
    assert said_before(memory, memory.asking.span) == ("First.", "Second.", "Third.")
    assert said_before(memory, Span(1, 0, 0, 5)) == (".",)
    folded = memory.commit([FragmentsFolded(tuple(memory.fragments))]) if memory.fragments else memory
    assert said_before(folded, memory.asking.span) == ("First.", "Second.", "Third.")


def test_around() -> None:
    """What stands around an asking part comes whole, and blanks don't."""
    assert around("Data. Why? More.", 6, 10) == ("Data. ", " More.")
    assert around(" Why?\n", 1, 5) == ()
