"""Suites: one folder a suite, with a TOML file for it and one for each of its language pairs. No code."""
