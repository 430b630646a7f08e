"""People behind phones, their sign-in, what they agreed to; the insurance register; the staff."""
