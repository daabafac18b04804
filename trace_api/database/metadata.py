"""The tables that packages of the server declare, in one collection."""

from sqlalchemy import MetaData

metadata = MetaData()
