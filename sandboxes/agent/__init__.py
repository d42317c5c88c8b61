"""The program that runs as PID 1 inside a sandbox. Standard library only; shares `frames` with the host."""
