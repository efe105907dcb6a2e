"""What a page with a video may do beyond our strict content policy: show films of ours, in the player's own styles.

media-chrome writes a style element into each of its controls. Their texts are constant, so each is allowed by its exact
hash, on pages with a video and nowhere else; any other inline style stays forbidden (docs/decisions/0014). The journey
of a video fails for a style that is not listed.
"""

from django.http import HttpResponse

VERSION = "4.19.4"  # of media-chrome; another version is looked at anew
STYLES = (
    "+XYYAhYtiUsaw0+wUtfcBE3yMARPO4zdUhZGkDgDohM=",
    "ad5pLE4ykOnAn8/VmRayKdKPhP3pvqoX4MGy3EktnBg=",
    "CZ8hU2wFQkJQTP3Dj2nl5E530al0uN4149GNCvQZTDE=",
    "sAS/YwJd8QhcsuwF6ji1l+uwVdgQ8O/zcjWaGi0VXSw=",
    "1Jc+kPhfOh4UvXYTCgDHEAV3Caafvsf5jeNdPbSiQ8o=",
    "icRYLLVSVG1RE2ze2JPpc2di/XuMtAkqJdem5GFjU5M=",
    "m+frfzRQalnJwRN07WZLWSWd4eM4WsynbWp5qQi8Or0=",
    "C7t4uFhGErrgCiy7sp4fN8QAsq2Xafh4lWfnefi0l/E=",
    "l0oXN8ELODFEFGnJztGBqT5qrnYVXGDHmO9UVWjtMXA=",
    "W9200sCekROkcax0iJ77FC7fL1XmtkKZFU4jWBgOGi0=",
    "VJnVbqNRyX0jCFZEJ4ltrffJx26lCuyVbNYdioxBwzQ=",
    "3mr12lsHkByBAuT5HIjiVaMHjH42rxTHchQEttT3yhE=",
    "MV44r6ksBw+mCcZujzocHAOffIPu/joVS2FNHESx3Ho=",
    "GD/7u05tW5TRiymTThnNFOp6kG/cGDdJ0PZE3AUHvEY=",
    "LLrbL3VRTSpcR7f/VRuhdwB3hQdbFqJkzjoEZmHBXIw=",
    "ybkwgORVaNpgfHWjB4yaZjEyg46ZMdeyLM32opbKlpo=",
)


def allow_player(response: HttpResponse) -> None:
    """Opens the policy of this answer as far as a page with a video needs."""
    policy = {"media-src": ["'self'"], "style-src": [f"'sha256-{style}'" for style in STYLES]}
    # The attribute by which django-csp is told is not known to the type of a response, hence setattr.
    setattr(response, "_csp_update", policy)  # noqa: B010  see above
