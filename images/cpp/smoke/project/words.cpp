#include "words.hpp"

#include <algorithm>

// Letters of UTF-8 text: bytes that do not continue another.
std::size_t letters(const std::string &text)
{
    return std::count_if(text.begin(), text.end(), [](unsigned char byte) { return (byte & 0xC0) != 0x80; });
}
