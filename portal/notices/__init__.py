"""Messages: what people are told, by which channel, and whether it arrived."""
