"""Two hidden layers for any table or image set."""
