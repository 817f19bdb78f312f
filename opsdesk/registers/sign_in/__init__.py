"""到岗记录 (F01): signing in and out, roll-call, punch files, the daily and monthly sheet."""
