"""What users get: solutions and paths, with their proofs, contacts and words."""
