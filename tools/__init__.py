"""The context tools, pure: a working memory and a call go in; events, a reply and a new working memory come out.

No I/O, no clock, no randomness and no model. Nothing here knows of Redis, HTTP, agents or bandits.
"""
