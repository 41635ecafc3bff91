from itdr.itdr import *  # noqa: F403
