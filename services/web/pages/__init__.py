"""The pages, one module each: a function of the services and the templates that gives a router."""
