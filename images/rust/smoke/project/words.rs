pub fn letters(text: &str) -> usize {
    text.chars().count()
}
