import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import text.Words;

public class Main {
    public static void main(String[] args) throws Exception {
        String line = new Scanner(System.in, "UTF-8").nextLine();
        System.out.printf("%s has %d letters; %d arguments, the last is '%s'%n",
            line, Words.letters(line), args.length, args[args.length - 1]);
        long sum = 0;
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Future<Long>> squares = new ArrayList<>();
            for (long i = 0; i < 8; i++) {
                long number = i;
                squares.add(pool.submit(() -> number * number));
            }
            for (var square : squares) {
                sum += square.get();
            }
        }
        System.out.println("sum of squares " + sum);
        Path file = Path.of("made.txt");
        Files.writeString(file, IntStream.range(0, 1000).mapToObj(i -> i + "\n").collect(Collectors.joining()));
        System.out.println("file of " + Files.size(file) + " bytes");
        for (int i = 0; i < Integer.parseInt(args[0]) * 1000; i++) {
            System.out.printf("%06d ünïcödé%n", i);
        }
    }
}
