"""Preference pairs for training: which answer was preferred to which, in the forms that trainers read."""
