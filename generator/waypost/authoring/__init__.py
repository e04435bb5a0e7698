"""Files that commands write for people: new ones, and updates of incidents and maintenance."""
