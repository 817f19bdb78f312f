"""日历: days that are not what their weekday says."""
