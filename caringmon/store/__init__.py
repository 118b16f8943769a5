"""What outlives a run: facts by content hash, identities apart, restricted files."""
