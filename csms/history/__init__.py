"""What has been measured, for years: readings in Parquet files, and their roll-ups."""
