"""The packaged suites: one folder for each suite, with a TOML file for it and one for each language pair. No code."""
