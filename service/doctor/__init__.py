"""`riffler doctor`: looks at everything that Riffler stands on, and says how to mend what isn't right.

One check a file in `checks/`; `examine` runs them. To add one: write its file, and its line in `examine.CHECKS`.
"""
