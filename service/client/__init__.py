"""The Python client of the REST API: `riffler.Client` and `riffler.AsyncClient`.

It knows the API by its description alone, and nothing of the service behind it: neither FastAPI nor Redis is imported.
Each operation is a value (`call.py`, `calls/`), made and read without any I/O. `io_async/` sends them;
`io_sync/` is made of it by `twin.py`, so that there is one text of both.
"""
