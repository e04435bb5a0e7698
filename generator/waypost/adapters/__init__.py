"""Everything that touches the world: files, the network, the database and outside libraries, one module each."""
