"""The mail desk: envelopes out."""
