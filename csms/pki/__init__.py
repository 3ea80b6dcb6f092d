"""Certificates: what is strong enough, what they say, and a small authority that signs them."""
