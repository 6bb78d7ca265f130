"""Trains `nano`, the small model that works its own context: episodes, tokenizer, training, export, evaluation.

Each is a command of `python -m riffler.service.training.nano`. Episodes come first: a question whose answer is known
is asked of a real Riffler, an oracle plays the model, and each of its moves is written down with what it saw.
"""
