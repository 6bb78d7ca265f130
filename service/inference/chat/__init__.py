"""What engines share that run a model themselves: a conversation in as token ids, token ids out as text and calls.

    tokenizer.py what is expected of a tokenizer
    prompt.py    messages and tools as token ids, through the model's own chat template
    counting.py  counts tokens as such prompts are encoded
    preamble.py  what a prompt begins with, whatever is said in it
    template.py  renders the template, and finds out what it doesn't take
    telling.py   says as text what a template doesn't take
    control.py   keeps text that looks like a control token from being one
    asked.py     what a request allows: calls, tokens that never come, the range of its numbers
    constraint.py which tokens may come: a call is a whole one of a tool on offer
    grammar.py   what may be written in a call, byte by byte
    strings.py   what may be written in a string
    own_strings.py what in strings of our own tools: ids exist, quotes are copied
    nodes.py     what a state of writing is made of
    forms/       how a model writes tool calls: one form a file
    reading.py   tells reasoning, text and calls apart as the reply comes
    marks.py     tokens that open or close a call or reasoning, which no text can become
    decoding.py  token ids back to text, never half a character
    reply.py     one reply on its way from the thread that computes to the caller
    thread.py    that thread: how replies come to it, and how it ends
    loading.py   loads a model once, off the event loop, and unloads it

Nothing here needs torch or transformers.
"""
