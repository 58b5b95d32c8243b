"""When cash runs out and which rule is broken."""
