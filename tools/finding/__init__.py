"""Ways to find text in a conversation: one file a way, behind the small interface in `base.py`."""
