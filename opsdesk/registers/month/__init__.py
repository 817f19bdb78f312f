"""月度考勤: the month's settlement, its papers and its checks."""
