"""Sculptor's six tools, under the paper's names, parameters, defaults and ranges: the profile `paper`."""
