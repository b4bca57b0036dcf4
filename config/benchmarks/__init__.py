"""What ./linli bench measures: each figure beside something that runs on the same machine in the same minutes."""
