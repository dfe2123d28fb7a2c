"""One file a channel, and the guarded way out that those over HTTPS share."""
