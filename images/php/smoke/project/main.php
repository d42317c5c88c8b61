<?php
declare(strict_types=1);

require __DIR__ . '/words.php';

$line = trim(fgets(STDIN));
$given = array_slice($argv, 1);
printf("%s has %d letters; %d arguments, the last is '%s'\n", $line, letters($line), count($given), end($given));
printf("sum of squares %d\n", array_sum(array_map(fn(int $i): int => $i * $i, range(0, 7))));
file_put_contents('made.txt', implode('', array_map(fn(int $i): string => "$i\n", range(0, 999))));
printf("file of %d bytes\n", filesize('made.txt'));
for ($i = 0; $i < (int) $given[0] * 1000; $i++) {
    printf("%06d ünïcödé\n", $i);
}
