source("sum.R")
cat(sum_of(1, 2), "\n")
