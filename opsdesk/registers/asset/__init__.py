"""设备台账 and 领用归还 (F12): what the centre owns, in what state, and who was given it."""
