"""What a network shows while it trains."""
