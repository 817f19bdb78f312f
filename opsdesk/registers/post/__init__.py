"""岗位: the posts that the site wants filled."""
