"""Token counts that learn from what an engine reports: features of a text, a counter over them, and the learning."""
