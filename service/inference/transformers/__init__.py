"""The engine `transformers`: a model on this machine, through Hugging Face's transformers and PyTorch (extra `local`).

    engine.py    the face on the event loop: loads once, hands requests to the worker, gives its deltas on
    settings.py  what the engine can be told, checked before anything is imported
    loading.py   finds and loads model and tokenizer; says in our words what can't be loaded
    counting.py  counts tokens as prompts are encoded
    warming.py   the first steps of a model, which show whether it works
    sampling.py  draws one row's next token
    row.py       one request on its way through the worker
    worker.py    the one thread that runs the model: takes rows, and ends well
    attention.py keeps PyTorch from attention kernels that plan for each new length
    rounds.py    what it does in each round: who starts, who is computed, who waits, who ends
    chunks.py    how many tokens of a prompt are computed at once
    memory.py    how much memory keys and values may take
    group.py     rows that are decoded together, and their joint cache
    layers.py    cache layers that grow without being copied at each token; which models they fit
    failures.py  PyTorch's failures in our words
    tiny.py      makes a tiny model in seconds, for tests and benchmarks

How prompts are written and replies are read stands in `../chat`, what is kept of a session in `../prefixes.py`:
neither needs torch. Nothing here imports torch or transformers before the engine loads.
"""

from riffler.service.inference.transformers.engine import TransformersEngine

__all__ = ["TransformersEngine"]
