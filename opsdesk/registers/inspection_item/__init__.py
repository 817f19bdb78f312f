"""巡检项目: what a round looks at, what is normal, and between which limits a figure has to lie."""
