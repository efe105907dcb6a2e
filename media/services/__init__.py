"""What writes: packages and their libraries, statements and places, videos seen."""
