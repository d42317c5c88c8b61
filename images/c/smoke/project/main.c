#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static void *square(void *number)
{
    *(long *)number *= *(long *)number;
    return NULL;
}

int main(int argc, char **argv)
{
    char line[64];
    pthread_t threads[8];
    long numbers[8], sum = 0;

    if (!fgets(line, sizeof line, stdin))
        return 2;
    line[strcspn(line, "\n")] = '\0';
    printf("%s has %zu letters; %d arguments, the last is '%s'\n", line, letters(line), argc - 1, argv[argc - 1]);
    for (int i = 0; i < 8; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, square, &numbers[i]);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        sum += numbers[i];
    }
    printf("sum of squares %ld\n", sum);
    FILE *file = fopen("made.txt", "w");
    for (int i = 0; i < 1000; i++)
        fprintf(file, "%d\n", i);
    fclose(file);
    file = fopen("made.txt", "r");
    long size = 0;
    while (fgetc(file) != EOF)
        size++;
    fclose(file);
    printf("file of %ld bytes\n", size);
    for (int i = 0; i < atoi(argv[1]) * 1000; i++)
        printf("%06d %s\n", i, "ünïcödé");
    return 0;
}
