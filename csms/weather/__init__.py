"""The weather outdoors, from files."""
