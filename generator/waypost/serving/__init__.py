"""The server of `waypost serve`, and the services of the sample."""
