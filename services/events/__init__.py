"""What travels between processes while things run: the event log, control of running programs, worker figures."""
