SELECT 'hello from sql' AS greeting;
