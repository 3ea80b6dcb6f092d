"""What happens when a station reports: store, answer, mark the site. Never send commands."""
