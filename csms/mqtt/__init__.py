"""The bridge to an MQTT broker: readings of meters in; how sites stand out."""
