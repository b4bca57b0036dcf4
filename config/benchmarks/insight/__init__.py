"""`./linli bench insight`: a ledger of millions of facts, counted, counted again, and read."""
