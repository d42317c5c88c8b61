#include <stddef.h>

size_t letters(const char *text);
