pub fn sum(a: i32, b: i32) -> i32 {
    a + b
}

#[cfg(test)]
mod tests {
    #[test]
    fn adds_inside() {
        assert_eq!(super::sum(1, 2), 3);
    }
}
