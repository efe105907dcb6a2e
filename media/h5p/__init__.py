"""H5P packages in Python: read them safely, check them, build what the player needs, understand what it reports.

Free of any framework and of the rest of this platform; README.md beside this file tells how to use it alone.
"""
