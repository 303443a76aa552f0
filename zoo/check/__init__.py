"""Why a network does not learn: the engine behind `zoo check`."""
