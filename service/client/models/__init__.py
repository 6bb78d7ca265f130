"""What comes over the wire, one class a shape of the API's description; `described` is the shape's name there.

They are the client's own, because those of the server bring the server: a client needs neither FastAPI nor Redis. A
test holds both to be the same, field by field. Fields that a newer server adds are passed over.
"""
