<?php
require 'sum.php';
echo sum(1, 2), "\n";
