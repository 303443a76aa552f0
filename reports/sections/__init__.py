"""The sections of a page: facts and charts."""
