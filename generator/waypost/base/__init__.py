"""Tools of every room: text, time, languages, files, the network and the database; it knows no product."""
