"""One ordered view over everything that was read: events of all files in a store that answers questions."""
