"""The pages, one module each: a function that makes the routes of its page."""
