"""Days in which much goes wrong, drawn from a seed, and the faulty world that they happen in."""
