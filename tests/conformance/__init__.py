"""The official test cases, each driven over a real socket by a station of our own."""
