"""The account: in, out, who I am, my settings, who saw my data."""
