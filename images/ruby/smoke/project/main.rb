require_relative "words"

line = $stdin.gets.chomp
puts "#{line} has #{Words.letters(line)} letters; #{ARGV.size} arguments, the last is '#{ARGV.last}'"
puts "sum of squares #{(0...8).map { |i| Thread.new { i * i } }.sum(&:value)}"
File.write("made.txt", (0...1000).map { |i| "#{i}\n" }.join)
puts "file of #{File.size("made.txt")} bytes"
(ARGV[0].to_i * 1000).times { |i| puts format("%06d ünïcödé", i) }
