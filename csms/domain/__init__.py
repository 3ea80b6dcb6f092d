"""The neutral model: what stations report, what they are asked, where they stand in the grid."""
