module Words
  def self.letters(text)
    text.length
  end
end
