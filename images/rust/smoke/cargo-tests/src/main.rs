fn main() {
    let started = std::path::Path::new("started");
    if started.exists() {
        panic!("started a second time, as a test");
    }
    std::fs::write(started, "").unwrap();
    println!("{}", sums::sum(1, 2));
}
