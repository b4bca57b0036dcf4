"""A storm over our money: a provider's messages in any order, again and again, some of them forged, while processes
are killed, database connections cut and the broker emptied. Afterwards our books must be the provider's, to the unit.

In Jepsen's words (https://jepsen.io): `stories` and `post` are the generator, `nemesis` is the nemesis, `checker` holds
what came of it against the provider's books. `storm` leads them.
"""
