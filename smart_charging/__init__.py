"""Charging plans: a problem in, a verified plan out. A library without I/O.

Units: A per line, W, Wh, s. Power and current are positive into the vehicle. Lines are L1, L2, L3.
"""
