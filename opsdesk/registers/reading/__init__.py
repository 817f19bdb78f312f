"""环境记录: temperature, humidity, UPS and alarms of a room as they were read, and what was done where out of range."""
