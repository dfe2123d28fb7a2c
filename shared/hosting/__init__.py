"""The embedded host: what the Functions host does in Azure, in one process on one machine.

Its HTTP server, the consumers of the queues and the timers, on the embedded adapters.
"""
