"""考核指标: the items of an 考核方案, each with its weight, its standard and where its facts come from."""
