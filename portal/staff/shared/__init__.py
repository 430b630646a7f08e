"""What the pages of the desk share: who is signed in, what an address names."""
