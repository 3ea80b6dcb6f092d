"""Settings and site files: read once, checked line by line, turned into frozen values."""
