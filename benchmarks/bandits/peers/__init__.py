"""Peers, one package a file, in an environment of their own (their pins clash with ours, and ours needs none of them).

    python -m venv .peer-bandits
    .peer-bandits/bin/pip install bayesianbandits mabwiser river vowpalwabbit contextualbandits

Each file lists the policies of its package with the parameters that did best of those we tried, over all settings or
in one of them. What a peer expects of a cold arm is 0, so all get rewards less .5, the middle: that is what our own
policies expect of a cold arm.
"""

from __future__ import annotations

MIDDLE = 0.5
