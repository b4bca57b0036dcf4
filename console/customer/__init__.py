"""Pages for customers: no account, no script, no cookie; opened by a secret address."""
