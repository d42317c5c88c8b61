mod sum;

#[test]
fn adds() {
    assert_eq!(sum::sum(20, 22), 42);
}
