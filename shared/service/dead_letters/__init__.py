"""What could not be handled: put aside with why, listed, mended, sent again, thrown away.

`poison` puts aside, `letters` finds what lies anywhere, `resending` and `purging` take it from
there, each recorded in the audit before it is done.
"""
