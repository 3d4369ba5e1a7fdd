"""What the tests share: processes, requests as bytes, and made-up data."""
