"""Folders that are complete Hub data sets: their files, card, licences, provenance, and the push."""
