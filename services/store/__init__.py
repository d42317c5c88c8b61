"""Everything durable: the relational store behind a unit of work, and the blob store."""
