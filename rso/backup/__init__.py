"""A whole office in one file: every record as text, every file beside it, and what proves that nothing is missing."""
