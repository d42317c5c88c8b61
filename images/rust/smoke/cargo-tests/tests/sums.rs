#[test]
fn adds() {
    assert_eq!(sums::sum(20, 22), 42);
}
