"""What knows no product: text, files and the like, for all the rest to build on."""
