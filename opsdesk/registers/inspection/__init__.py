"""机房巡检表 (F13): two rounds a day, every item looked at, every figure read, whatever is wrong handled."""
