"""RSO: the working platform of a regional support office."""

__version__ = "0.1.0"
