"""Messages to people: their texts, channels and delivery."""
