/*
 * A processor's translation in C: a TLB of one or two levels, true LRU, over page tables of four
 * levels. The peer of Quarry's modelled TLB: the same geometry, the same order of use kept in the
 * nibbles of a word, accessed bits set.
 *
 *   tlbwalk random|sequential ENTRIES/WAYS[+ENTRIES/WAYS] WARM_MS ITERATION_MS ITERATIONS
 *
 * Prints nanoseconds for a translation, one line for each iteration.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define ENTRIES 512
#define SPACE (1UL << 30)
#define BASE 0x400000000000UL
#define FRAME_MASK 0x000FFFFFFFFFF000UL
#define PRESENT 1UL
#define RW 2UL
#define USER 4UL
#define ACCESSED 32UL
#define DIRTY 64UL
#define EMPTY (~0UL)
#define MOST_LEVELS 2
#define BATCH 1024

struct level {
  int ways, set_mask, last_shift;
  uint64_t order_mask;
  uint64_t *keys, *values, *orders;
};

static struct level levels[MOST_LEVELS];
static int nr_levels;
static uint64_t *ram; /* all tables, by physical address */
static uint64_t ram_used, root;
static uint64_t last_page = EMPTY, last_value;
static uint64_t hits[MOST_LEVELS], misses, references;

static uint64_t new_table(void) {
  uint64_t at = ram_used;
  ram_used += PAGE_SIZE;
  return at;
}

static void map(uint64_t address, uint64_t frame) {
  uint64_t table = root;
  for (int shift = 39; shift > PAGE_SHIFT; shift -= 9) {
    uint64_t *slot = &ram[(table >> 3) + ((address >> shift) & (ENTRIES - 1))];
    if (!*slot) *slot = new_table() | PRESENT | RW | USER | ACCESSED;
    table = *slot & FRAME_MASK;
  }
  ram[(table >> 3) + ((address >> PAGE_SHIFT) & (ENTRIES - 1))] =
      frame | PRESENT | RW | USER | ACCESSED | DIRTY;
}

static void make_level(struct level *level, int entries, int ways) {
  if (ways < 1 || ways > 16 || entries % ways || ((entries / ways) & (entries / ways - 1))) {
    fprintf(stderr, "tlbwalk: %d/%d is no geometry\n", entries, ways);
    exit(2);
  }
  level->ways = ways;
  level->set_mask = entries / ways - 1;
  level->last_shift = 4 * (ways - 1);
  level->order_mask = ways == 16 ? ~0UL : (1UL << (4 * ways)) - 1;
  level->keys = malloc(entries * sizeof(uint64_t));
  level->values = malloc(entries * sizeof(uint64_t));
  level->orders = malloc((level->set_mask + 1) * sizeof(uint64_t));
  for (int i = 0; i < entries; i++) level->keys[i] = EMPTY;
  for (int i = 0; i <= level->set_mask; i++)
    level->orders[i] = 0xFEDCBA9876543210UL & level->order_mask;
}

static inline void touch(struct level *level, int set, uint64_t way) {
  uint64_t order = level->orders[set];
  if ((order & 15) == way) return;
  uint64_t different = order ^ 0x1111111111111111UL * way;
  uint64_t zero = (different - 0x1111111111111111UL) & ~different & 0x8888888888888888UL;
  int shift = __builtin_ctzl(zero) & ~3;
  uint64_t below = order & ((1UL << shift) - 1);
  uint64_t above = shift == level->last_shift ? 0 : order >> (shift + 4) << (shift + 4);
  level->orders[set] = above | below << 4 | way;
}

static inline void insert(struct level *level, uint64_t page, uint64_t value) {
  int set = page & level->set_mask;
  int way = level->orders[set] >> level->last_shift & 15;
  level->keys[set * level->ways + way] = page;
  level->values[set * level->ways + way] = value;
  level->orders[set] = (level->orders[set] << 4 | way) & level->order_mask;
}

static uint64_t walk(uint64_t address) {
  uint64_t table = root, need = PRESENT | USER;
  for (int shift = 39;; shift -= 9) {
    uint64_t *slot = &ram[(table >> 3) + ((address >> shift) & (ENTRIES - 1))];
    uint64_t entry = *slot;
    references++;
    if ((entry & need) != need) {
      fprintf(stderr, "tlbwalk: a page fault at %lx\n", address);
      exit(1);
    }
    if (!(entry & ACCESSED)) *slot = entry | ACCESSED;
    if (shift == PAGE_SHIFT) return entry;
    table = entry & FRAME_MASK;
  }
}

static __attribute__((noinline)) uint64_t look(uint64_t address) {
  uint64_t page = address >> PAGE_SHIFT;
  for (int l = 0; l < nr_levels; l++) {
    struct level *level = &levels[l];
    int set = page & level->set_mask, first = set * level->ways;
    for (int way = 0; way < level->ways; way++) {
      if (level->keys[first + way] == page) {
        touch(level, set, way);
        hits[l]++;
        uint64_t value = level->values[first + way];
        for (int above = 0; above < l; above++) insert(&levels[above], page, value);
        last_page = page;
        return last_value = value;
      }
    }
  }
  misses++;
  uint64_t value = walk(address);
  for (int l = 0; l < nr_levels; l++) insert(&levels[l], page, value);
  last_page = page;
  return last_value = value;
}

static inline uint64_t translate(uint64_t address) {
  uint64_t value = last_value;
  if (address >> PAGE_SHIFT == last_page)
    hits[0]++;
  else
    value = look(address);
  return (value & FRAME_MASK) | (address & (PAGE_SIZE - 1));
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static uint64_t state = 1, sum;

static void batch(int random) {
  for (int i = 0; i < BATCH; i++) {
    if (random) {
      state = state * 6364136223846793005UL + 1442695040888963407UL;
      sum += translate(BASE + ((state >> 20) & (SPACE - 1)));
    } else {
      state = (state + 8) & (SPACE - 1);
      sum += translate(BASE + state);
    }
  }
}

static double run(int random, double millis) {
  uint64_t batches = 0;
  double start = now(), end = start + millis * 1e6, at;
  do {
    for (int i = 0; i < 16; i++) batch(random);
    batches += 16;
  } while ((at = now()) < end);
  return (at - start) / ((double) batches * BATCH);
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: tlbwalk random|sequential GEOMETRY WARM_MS ITERATION_MS ITERATIONS\n");
    return 2;
  }
  int random = !strcmp(argv[1], "random");
  for (char *part = strtok(argv[2], "+"); part; part = strtok(NULL, "+")) {
    int entries, ways;
    if (nr_levels == MOST_LEVELS || sscanf(part, "%d/%d", &entries, &ways) != 2) return 2;
    make_level(&levels[nr_levels++], entries, ways);
  }
  ram = aligned_alloc(PAGE_SIZE, 4UL << 20);
  memset(ram, 0, 4UL << 20);
  root = new_table();
  for (uint64_t at = 0; at < SPACE; at += PAGE_SIZE) map(BASE + at, at);
  run(random, atof(argv[3]));
  for (int i = 0; i < atoi(argv[5]); i++) printf("%.4f\n", run(random, atof(argv[4])));
  fprintf(stderr, "%s", sum == 1 ? "1\n" : "");
  return 0;
}
