use package::double;

fn main() {
    println!("double of 21 is {}", double(21));
}
