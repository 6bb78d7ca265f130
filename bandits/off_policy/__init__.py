"""What another policy would have earned on the queries of a log: one estimator a file. Begin with `evaluate`."""
