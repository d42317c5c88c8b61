source("sum.R")

test_that("it adds", {
  expect_equal(sum_of(20, 22), 42)
})
