"""The arithmetic of a token bucket: so many at once, and so many a second from then on."""


def take(left: float, seconds: float, *, rate: float, burst: float) -> tuple[float, float]:
    """What is left after a token was asked for, and in how many seconds there will be one.

    `left` tokens there were `seconds` before, `rate` more come each second, never over `burst`. The
    wait is 0 where the token was there.

    >>> take(1.0, 0.0, rate=0.5, burst=2)
    (0.0, 0.0)
    >>> take(0.0, 1.0, rate=0.5, burst=2)
    (0.5, 1.0)
    """
    filled = min(float(burst), left + seconds * rate)
    return (filled - 1.0, 0.0) if filled >= 1.0 else (filled, (1.0 - filled) / rate)
