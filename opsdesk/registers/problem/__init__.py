"""问题: the cause behind several incidents, the measure that ends it, and its conclusion."""
