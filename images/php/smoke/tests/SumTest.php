<?php
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/sum.php';

final class SumTest extends TestCase
{
    public function testAdds(): void
    {
        $this->assertSame(42, sum(20, 22));
    }
}
