"""站点作息: the working hours of the site itself, dated."""
