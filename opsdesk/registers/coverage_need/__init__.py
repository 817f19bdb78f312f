"""岗位需求: how many people each post needs on each shift."""
