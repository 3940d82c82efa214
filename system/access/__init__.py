"""What a person may do, enforced by the database: roles, grants and row security from one declared table.

The table is a value of `declaration.Access`, named by the setting `ACCESS_TABLE`: this storey learns of the tables
above it by declaration, never by import.
"""
