"""Reads, always scoped to a caller."""
