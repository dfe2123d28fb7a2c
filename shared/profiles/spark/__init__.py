"""The job that counts an order's rows on Spark; it runs on a cluster that knows nothing of us.

What is imported here is sent along with each job, so it is little: counting, reading, no service.
"""
