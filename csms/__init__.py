"""ChargeFlex: a charging station management system that keeps every feeder under its limit."""
