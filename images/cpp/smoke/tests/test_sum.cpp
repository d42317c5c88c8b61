#include <gtest/gtest.h>

#include "sum.hpp"

TEST(Sum, Adds) { EXPECT_EQ(sum(20, 22), 42); }
