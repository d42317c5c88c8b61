<?php
declare(strict_types=1);

function letters(string $text): int
{
    return mb_strlen($text);
}
