#pragma once
#include <string>

std::size_t letters(const std::string &text);
