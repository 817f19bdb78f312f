"""常来人员: who comes to the machine room often, with masked numbers, and the clearing of what is no longer needed."""
