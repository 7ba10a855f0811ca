"""The nouns of the house: frozen dataclasses, enums, the state table and the error tree. Standard library only."""
