"""The registers of the site, one small folder each."""
