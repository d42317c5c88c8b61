// Package words counts letters.
package words

import "unicode/utf8"

// Letters is the number of characters in a text.
func Letters(text string) int {
	return utf8.RuneCountInString(text)
}
