"""加班申请: work outside the planned time, applied for beforehand, paid or taken as time off."""
