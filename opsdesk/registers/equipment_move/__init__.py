"""设备进出机房 (F10): what goes into a machine room and out of it, approved, and what has to come back."""
