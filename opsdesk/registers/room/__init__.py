"""机房: the rooms of the site with their modules, keepers, doors and limits."""
