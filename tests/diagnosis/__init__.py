"""The diagnosis bench: slow statements with what an expert says of them, and how perfkit does on them."""
