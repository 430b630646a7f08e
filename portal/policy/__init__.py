"""The policy desk: a city's files as versions, released by two people, from a day on."""
