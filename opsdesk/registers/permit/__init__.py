"""机房进入审批单 (F09): who may come into the machine room, why, when, to do what."""
