"""Ways into apps that exist: each in a folder of its own. What is HTTP about one is in `service/http`."""
