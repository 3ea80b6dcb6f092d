"""Studies: one day beside other policies (`day`), and how many users a feeder can host.

Hosting capacity is the largest number of users on one feeder who get 99 % of their energy by
departure, with no line over its limit in any step. `drawing` makes populations of real users,
`wiring` and `winter` the feeder, `sharing` and `policies` deal out its room, `engine` lives through
the weeks, `capacity` looks for the edge, `foresight` bounds every policy. Results are tables of
numbers; who runs a study, keeps its results and shows them is not decided here.
"""
