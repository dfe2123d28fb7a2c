"""Commands that judge files of data, with no Azure at all."""
