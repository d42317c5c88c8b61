#include "words.h"

/* Letters of UTF-8 text: bytes that do not continue another. */
size_t letters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}
