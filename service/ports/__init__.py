"""The interfaces between the agent and what it stands on. A contract is documented here, once."""
