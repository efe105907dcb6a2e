"""The time of day with a point, as Norwegian writes it: 14.30."""

TIME_FORMAT = "H.i"
