"""What goes over the wire: pydantic models that refuse unknown fields."""
