"""REST and live streams: parse, call one use case, map errors."""
