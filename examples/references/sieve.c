/*
 * The program behind sieve.txt.xz: a sieve over 64 KiB, which walks through its pages one after the
 * other with growing steps, and then a list of 400 nodes, each on a page of its own, followed in a
 * random order, which is what a small TLB does not like.
 *
 *   gcc -O1 -static -o sieve sieve.c
 *   valgrind --tool=lackey --trace-mem=yes --log-file=sieve.lackey ./sieve
 *   quarry convert sieve.lackey sieve.qk
 *   quarry convert sieve.qk sieve.txt.xz
 */
#include <stdio.h>
#include <stdlib.h>

#define NUMBERS 65536
#define NODES 400
#define PAGE 4096
#define ROUNDS 12

struct node {
  struct node *next;
  long value;
};

static char crossed[NUMBERS];

int main(void) {
  int primes = 0;
  for (int i = 2; i < NUMBERS; i++) {
    if (crossed[i]) continue;
    primes++;
    if (i < 256)
      for (int k = i * i; k < NUMBERS; k += i) crossed[k] = 1;
  }

  char *pages = malloc((NODES + 1) * PAGE);
  int order[NODES];
  for (int i = 0; i < NODES; i++) order[i] = i;
  srand(1);
  for (int i = NODES - 1; i > 0; i--) {
    int k = rand() % (i + 1), swapped = order[i];
    order[i] = order[k];
    order[k] = swapped;
  }
  struct node *first = NULL;
  for (int i = 0; i < NODES; i++) {
    struct node *node = (struct node *) (pages + order[i] * PAGE + order[i] % 60 * 64);
    node->next = first;
    node->value = i;
    first = node;
  }
  long sum = 0;
  for (int round = 0; round < ROUNDS; round++)
    for (struct node *node = first; node; node = node->next) sum += node->value;
  printf("%d primes, %ld\n", primes, sum);
  return 0;
}
