mod words;

use std::fs;
use std::io::{self, BufRead, Write};
use std::thread;

fn main() -> io::Result<()> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let line = line.trim();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!(
        "{} has {} letters; {} arguments, the last is '{}'",
        line,
        words::letters(line),
        arguments.len(),
        arguments.last().unwrap()
    );
    let squares: Vec<_> = (0..8i64).map(|i| thread::spawn(move || i * i)).collect();
    let sum: i64 = squares.into_iter().map(|square| square.join().unwrap()).sum();
    println!("sum of squares {sum}");
    let text: String = (0..1000).map(|i| format!("{i}\n")).collect();
    fs::write("made.txt", text)?;
    println!("file of {} bytes", fs::metadata("made.txt")?.len());
    let mut out = io::BufWriter::new(io::stdout().lock());
    for i in 0..arguments[0].parse::<u32>().unwrap() * 1000 {
        writeln!(out, "{i:06} ünïcödé")?;
    }
    Ok(())
}
