"""How far a person has come, in minutes of reading. One figure, the same on every page."""


def minutes_left(minutes: int, parts_done: int, parts: int) -> int:
    """What is left of a module of `minutes` in `parts`, in whole minutes, rounded up: nobody is promised too much."""
    if parts <= 0:
        return minutes
    open_parts = parts - min(max(parts_done, 0), parts)
    return -(-minutes * open_parts // parts)


def minutes_done(minutes: int, parts_done: int, parts: int) -> int:
    """What is read of the same module: what is left and what is done are always the whole."""
    return minutes - minutes_left(minutes, parts_done, parts)
