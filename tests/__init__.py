"""Checks of all that ChargeFlex promises, one package per package of the source."""
