"""Bringing in what a company sells, from CSV files. See docs/importing.md."""
