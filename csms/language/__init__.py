"""Languages that people are told things in: texts by key and arguments, figures and times."""
