"""The inside of `explain` and `relax`: a sound plan on a board, and trials of what could be otherwise."""
