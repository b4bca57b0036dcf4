"""Pages for people with an account: the day, and the communities. Read-only, without script."""
