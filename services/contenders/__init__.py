"""Who answers: the catalogue of contenders and the ways to reach them."""
