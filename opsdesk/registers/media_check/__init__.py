"""移动介质查毒 (F24): media from outside, checked before they are used, and only where FTP is not enough."""
