package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"project/words"
)

func main() {
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	line = strings.TrimSpace(line)
	fmt.Printf("%s has %d letters; %d arguments, the last is '%s'\n",
		line, words.Letters(line), len(os.Args)-1, os.Args[len(os.Args)-1])
	var group sync.WaitGroup
	squares := make([]int, 8)
	for i := range squares {
		group.Add(1)
		go func() {
			defer group.Done()
			squares[i] = i * i
		}()
	}
	group.Wait()
	sum := 0
	for _, square := range squares {
		sum += square
	}
	fmt.Println("sum of squares", sum)
	var text strings.Builder
	for i := 0; i < 1000; i++ {
		fmt.Fprintln(&text, i)
	}
	if err := os.WriteFile("made.txt", []byte(text.String()), 0o644); err != nil {
		panic(err)
	}
	info, err := os.Stat("made.txt")
	if err != nil {
		panic(err)
	}
	fmt.Printf("file of %d bytes\n", info.Size())
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	times, _ := strconv.Atoi(os.Args[1])
	for i := 0; i < times*1000; i++ {
		fmt.Fprintf(out, "%06d ünïcödé\n", i)
	}
}
