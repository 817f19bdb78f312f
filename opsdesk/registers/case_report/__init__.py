"""case 报告 (F06): what an incident was, why, and what keeps it from coming again; due after it is closed."""
