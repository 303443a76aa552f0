"""Dense layers with skip connections, for any table or image set."""
