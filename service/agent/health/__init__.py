"""How the parts of a service are, and what to do where one is amiss: what `riffler doctor` and the API both tell."""
