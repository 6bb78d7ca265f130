"""What an engineer who watches a policy is shown, and the log as a file: one question a file, `policies.py` asks them.

Nothing here draws. Figures are of the log; those that are estimates say so.
"""
