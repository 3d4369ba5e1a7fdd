"""Helpers that the tests share: processes, requests as bytes, browsers, and made-up data."""
