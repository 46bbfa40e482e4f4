"""The bench: this provider beside its peers, in one run on one machine, in turns.

`contestants` are started once and stay; `scenarios` say what is asked of them; `load` asks, by wrk;
`floor` is what nobody can be faster than; `report` makes REPORT.md of what was measured.
"""
