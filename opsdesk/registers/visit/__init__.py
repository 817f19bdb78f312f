"""机房出入记录表 (F08): who enters the machine room, with whom, with what, and when he leaves."""
