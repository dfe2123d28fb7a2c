"""Models, endpoints, findings, events and figures as they are listed and shown one by one."""
