#include <bits/stdc++.h>

#include "words.hpp"

int main(int argc, char **argv)
{
    std::string line;
    std::getline(std::cin, line);
    std::cout << line << " has " << letters(line) << " letters; " << argc - 1 << " arguments, the last is '"
              << argv[argc - 1] << "'\n";
    std::vector<std::future<long>> squares;
    for (long i = 0; i < 8; i++)
        squares.push_back(std::async(std::launch::async, [i] { return i * i; }));
    long sum = 0;
    for (auto &square : squares)
        sum += square.get();
    std::cout << "sum of squares " << sum << "\n";
    {
        std::ofstream file("made.txt");
        for (int i : std::views::iota(0, 1000))
            file << i << "\n";
    }
    std::cout << "file of " << std::filesystem::file_size("made.txt") << " bytes\n";
    for (int i = 0; i < std::stoi(argv[1]) * 1000; i++)
        std::cout << std::setw(6) << std::setfill('0') << i << " ünïcödé\n";
}
