"""HTML reports: one self-contained page of sections with pictures, tables and words."""
