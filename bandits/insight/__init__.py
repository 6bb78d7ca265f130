"""What can be said of a policy from its log: one idea a file. Each result says what it is, and how it was come by.

Nothing here draws an arm or learns for the policy. Where a figure can't be had, the answer is `Unavailable`, with why.
"""
