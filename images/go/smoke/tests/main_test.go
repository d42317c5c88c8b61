package main

import "testing"

func TestSum(t *testing.T) {
	if sum(20, 22) != 42 {
		t.Fatal("20 + 22 is not 42")
	}
}
