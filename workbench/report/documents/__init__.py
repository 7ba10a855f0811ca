"""The JSON documents of the contract: what scripts read. One function each, every one with its schema number."""
