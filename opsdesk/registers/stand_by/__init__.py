"""储备人员: who is ready to take over, for which post, trained when."""
