"""Models, endpoints, findings and single events over HTTP, and Driftgate's own figures."""
