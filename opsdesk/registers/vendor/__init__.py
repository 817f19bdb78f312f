"""外包单位: the outsourcing companies on site."""
