"""办公室开关门及消防安全检查 (F15): opened, closed and looked over every day, signed for every week."""
