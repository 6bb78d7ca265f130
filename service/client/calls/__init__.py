"""The operations of the API, one function each: what a client asks for goes in, a `Call` comes out.

What each means, and what its arguments are, is said where a user looks: in `io_async/`.
"""
