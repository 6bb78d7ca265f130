"""Choosing and making a rewrite: features, arms, policies, posterior and propensities, rewards, guards, regret.

Pure apart from spaCy. Nothing here knows of working memories, Redis, HTTP or agents.
"""
