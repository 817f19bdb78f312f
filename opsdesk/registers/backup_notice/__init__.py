"""新系统备份告知: what of a new system has to be backed up and how often, told in writing (E1-20)."""
