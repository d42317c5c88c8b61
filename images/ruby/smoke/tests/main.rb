require_relative "sum"

puts sum(1, 2)
