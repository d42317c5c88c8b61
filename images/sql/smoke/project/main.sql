.read schema.sql
INSERT INTO squares SELECT value, value * value FROM generate_series(0, 7);
SELECT sum(square) AS total FROM squares;
WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib LIMIT 10)
SELECT group_concat(a) AS numbers FROM fib;
SELECT upper('zürich') AS upper, length('zürich') AS letters, json_extract('{"a": [1, 2]}', '$.a[1]') AS second;
SELECT printf('%06d', value) AS number FROM generate_series(0, 2999);
