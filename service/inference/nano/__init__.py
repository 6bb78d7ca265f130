"""The engine `nano`: a small model on the CPU, through onnxruntime, without torch and transformers.

    engine.py    the face on the event loop: loads once, hands requests to the worker, gives its deltas on
    shipped.py   the model that ships: where it lies, and what it is called
    loading.py   reads a folder: graph, tokenizer, window, what ends a reply
    tokenizer.py tokenizer and chat template from the files that transformers saves
    runtime.py   token ids in, logits out, over onnxruntime; keys and values of what was computed
    names.py     names of files, and of what the graph takes and gives
    sampling.py  draws the next token
    worker.py    the one thread that computes: requests take turns, prompts chunk by chunk

How prompts are written and replies are read stands in `../chat`, what is kept of a session in `../prefixes.py`. The
graph is written by `service/training/nano/export.py`.

onnxruntime was chosen because it gives logits and keeps no cache of its own, so that a constraint gets in and a
session's beginning can be kept; it has wheels for all platforms, and takes the weights from the file that
transformers reads.
"""

from riffler.service.inference.nano.engine import NanoEngine

__all__ = ["NanoEngine"]
