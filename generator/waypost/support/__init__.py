"""Contact page, response times, ticket form and its providers."""
