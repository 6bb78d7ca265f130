"""What runs: settings, ports and their implementations, the agent, the command line."""
