"""
The relay that apps hand their mail to. It takes a message, keeps it on its volume, and passes it on to slipwayd, which
may be away: what was acknowledged here is on the disk. One process, one user, no mail server that has to be root.
"""
