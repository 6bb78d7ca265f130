"""The tools of the profile `riffler`: batches, a guard, a price, and a search that finds the newest first."""
