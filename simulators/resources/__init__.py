"""What a site has beside chargers: the sun on a roof, a battery, heat."""
