"""运维事件记录单 (F05): from the call to the supervisor's signature."""
