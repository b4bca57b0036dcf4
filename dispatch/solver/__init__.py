"""The planner: a problem in, a checked plan out. No framework, no database, no clock but the time limit."""

VERSION = "0.4"
"""Named on every stored plan: another version may answer the same problem differently."""
