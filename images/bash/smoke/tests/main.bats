@test "adds" {
  source ./sum.sh
  run sum 20 22
  [ "$status" -eq 0 ]
  [ "$output" = 42 ]
}
