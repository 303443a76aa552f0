"""A recurrent network that forecasts a series."""
