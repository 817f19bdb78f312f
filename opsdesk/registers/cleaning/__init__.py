"""机房清扫: when, what and by whom, how many days after the last, and by when the next is due."""
