"""事件选项: the categories, severities and kinds of customer that a site chooses from."""
