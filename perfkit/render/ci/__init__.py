"""What a gate answers as the files that CI systems read. Each writer is a pure function to text."""
