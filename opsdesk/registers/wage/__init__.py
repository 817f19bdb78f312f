"""工资基数: monthly wages, dated, for the supervisor's eyes only."""
