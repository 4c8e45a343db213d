"""Zero-shot cross-lingual NER by alignment, re-run on equal terms, with the differences that are real."""

__version__ = "0.1.0"
