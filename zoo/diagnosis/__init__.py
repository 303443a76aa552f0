"""The diagnosis: why a network does not learn, found by experiment.

``record/`` holds what a script did, ``problem/`` says what is learned from what,
``probe/`` looks at the network while it trains, ``rules/`` look for what may be wrong
and propose repairs, ``search/`` trains with and without them, and ``codemod/`` writes
them into the script. ``README.md`` tells how a script becomes a cause.
"""
