"""调休账: what overtime and long months have earned, and what has been taken."""
