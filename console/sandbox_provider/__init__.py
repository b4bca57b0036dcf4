"""The sandbox payment provider: it plays a company outside, with its own records, API, page and webhooks.

Linli's billing knows it only over HTTP (billing.gateways.sandbox); nothing here knows Linli's billing but the tables
SandboxCheckout and SandboxAttempt, which are this provider's.
"""
