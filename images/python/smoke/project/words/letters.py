def letters(text):
    return len(text)
