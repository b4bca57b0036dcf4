"""The verbs of ./linli, one module each.

A verb's module has a docstring (its help text), `add_arguments(parser)` and `run(args) -> exit code`.
It is imported for every use of the verb, `--help` included, so Django's models are imported inside `run`.
"""
