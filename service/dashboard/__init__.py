"""What people look at: pages that Riffler serves itself, made of its REST API's answers."""
