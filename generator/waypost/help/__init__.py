"""The help center: articles, kinds, outputs, and their build with MkDocs."""
