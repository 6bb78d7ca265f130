"""Engines: what runs a model. One engine a file, each behind `service/ports/engine.py`; `registry` chooses by name."""
