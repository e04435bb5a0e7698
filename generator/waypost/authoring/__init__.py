"""What commands write for people: new files, updates of incidents and maintenance."""
