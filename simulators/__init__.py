"""Simulated stations, vehicles, buildings and grids, to develop and prove a CSMS against.

They share only the OCPP-J framing with the system under test, so that a fault cannot cancel out.
"""
