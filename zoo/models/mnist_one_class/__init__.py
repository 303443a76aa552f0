"""Handwritten digits, as their author had them."""
