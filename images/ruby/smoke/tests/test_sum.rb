require "minitest/autorun"
require_relative "sum"

class TestSum < Minitest::Test
  def test_adds
    assert_equal 42, sum(20, 22)
  end
end
