"""Acting for somebody: offered, asked, agreed to, ended."""
