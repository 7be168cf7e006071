"""A GitHub of our own on the loopback: Git over HTTP, REST and GraphQL, as GitHub documents them."""
