sum_of <- function(a, b) a + b
