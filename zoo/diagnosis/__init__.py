"""The diagnosis: why a network does not learn, found by experiment.

``recording.py`` holds what a script did, ``recorder.py`` notes it; ``question.py`` says
what is learned from what, ``rules/`` look for what may be wrong and propose repairs
(``repair.py``), ``trials.py`` trains with and without them, and ``check.py`` joins it.
"""
