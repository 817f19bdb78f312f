"""人员: the engineers on site, their numbers and qualification cards."""
