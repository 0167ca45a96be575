"""What users pass: arrays, data frames and levels, read and checked."""
