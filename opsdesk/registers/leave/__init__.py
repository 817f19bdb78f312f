"""请假外出: approved absences."""
