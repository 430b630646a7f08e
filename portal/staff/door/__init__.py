"""The way in to the desk: sign-in, second factor, passkeys, the first password."""
