"""Rules on the network and its training: each a named check that proposes repairs."""
