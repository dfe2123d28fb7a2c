"""What makes a subject's decisions tamper-evident, read again from the texts that are kept."""
