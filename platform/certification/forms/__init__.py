"""What those who administer and lead fill in about rules, policies and people."""
