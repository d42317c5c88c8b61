#include <iostream>

#include "sum.hpp"

int main()
{
    std::cout << sum(1, 2) << "\n";
}
