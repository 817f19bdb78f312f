"""班次: the shifts that the roster is made of."""
