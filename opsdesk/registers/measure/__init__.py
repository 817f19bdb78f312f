"""奖惩建议: what a score or a count proposes, for the supervisor to decide (E8-06, E8-07, E10-05, E14-04)."""
