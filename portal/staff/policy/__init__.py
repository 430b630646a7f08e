"""The policy desk: versions of the files of a city, and its calendar."""
