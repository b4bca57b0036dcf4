"""Changing a version by hand: reading the part it touches, trying, writing the new version."""
