"""What leaves the arena in files, and what is read back from them: votes, boards, battles, preference pairs."""
