#include <assert.h>

#include "sum.h"

int main(void)
{
    assert(sum(20, 22) == 42);
    return 0;
}
