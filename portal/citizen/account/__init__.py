"""The account of a citizen: sign-in and sign-out, registering, settings, export, and who saw the data."""
