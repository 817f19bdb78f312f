"""设备借用 (F11): one sheet for many items, approved, lent, extended, returned."""
