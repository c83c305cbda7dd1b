"""What certification hands to the world: the printed certificate."""
