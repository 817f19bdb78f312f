"""账号: who may sit at the desk."""
