"""The words of the product as frozen values: what people write in files, and what machines observe."""
