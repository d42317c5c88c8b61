letters_in <- function(text) nchar(text, type = "chars")
