/*
 * What a process asks of its address space, asked of the kernel that is running: the peer of
 * Quarry's SpaceWork, with the same workloads, sizes and order.
 *
 *   spacebench WORKLOAD WARM_MS ITERATION_MS ITERATIONS
 *
 * Prints nanoseconds for one operation, one line for each iteration. Only what a workload is about
 * is timed, not what it needs around it.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define HOT_PAGES 64
#define FIRST_PAGES (1 << 14)
#define SHARED_PAGES 512
#define FORK_PAGES (1 << 12)
#define PAIRS 256
#define MAP_BYTES (64UL << 10)
#define AREA_PAGES 16
#define MILLI 1000000UL

static char *area;
static int pages;

static void die(const char *what) {
  perror(what);
  exit(2);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000UL + t.tv_nsec;
}

static char *map(size_t bytes) {
  char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) die("mmap");
  return at;
}

static void map_area(void) {
  area = map(pages * PAGE);
  madvise(area, pages * PAGE, MADV_NOHUGEPAGE); /* a kernel without huge pages refuses: as good */
}

static uint64_t write_all(int count) {
  uint64_t start = now();
  for (int i = 0; i < count; i++) *(volatile uint64_t *)(area + i * PAGE) = i;
  return now() - start;
}

/* Not inlined, and of one page each: the compiler must not make one large memset of it. */
static void __attribute__((noinline)) zero_page(char *page) { memset(page, 0, PAGE); }

static uint64_t zero(void) {
  uint64_t start = now();
  for (int i = 0; i < pages; i++) zero_page(area + i * PAGE);
  return now() - start;
}

static uint64_t fault(void) {
  uint64_t nanos = write_all(pages);
  if (madvise(area, pages * PAGE, MADV_DONTNEED)) die("madvise");
  return nanos;
}

static uint64_t first(void) {
  uint64_t nanos = write_all(pages);
  if (munmap(area, pages * PAGE)) die("munmap");
  map_area();
  return nanos;
}

static uint64_t maps(void) {
  uint64_t start = now();
  for (int i = 0; i < PAIRS; i++)
    if (munmap(map(MAP_BYTES), MAP_BYTES)) die("munmap");
  return now() - start;
}

static uint64_t protect(void) {
  char *from = area + AREA_PAGES / 4 * PAGE;
  size_t bytes = AREA_PAGES / 4 * PAGE;
  uint64_t start = now();
  for (int i = 0; i < PAIRS; i++)
    if (mprotect(from, bytes, PROT_READ) || mprotect(from, bytes, PROT_READ | PROT_WRITE))
      die("mprotect");
  return now() - start;
}

static uint64_t protect_used(void) {
  *(volatile uint64_t *)area = 1;
  *(volatile uint64_t *)(area + AREA_PAGES / 4 * PAGE) = 1;
  return protect();
}

/* A child that lives until it is told to go. Returns how long fork took. */
static uint64_t copy_process(pid_t *child, int *hold) {
  int ends[2];
  if (pipe(ends)) die("pipe");
  uint64_t start = now();
  pid_t pid = fork();
  uint64_t nanos = now() - start;
  if (pid < 0) die("fork");
  if (pid == 0) {
    char c;
    close(ends[1]);
    _exit(read(ends[0], &c, 1) != 0);
  }
  close(ends[0]);
  *child = pid;
  *hold = ends[1];
  return nanos;
}

static void end_process(pid_t child, int hold) {
  int status;
  close(hold);
  if (waitpid(child, &status, 0) != child) die("waitpid");
}

/* What a fork costs that has nothing of the area to copy. */
static uint64_t fork_without(void) {
  pid_t child;
  int hold;
  if (madvise(area, pages * PAGE, MADV_DONTFORK)) die("madvise");
  uint64_t nanos = copy_process(&child, &hold);
  end_process(child, hold);
  if (madvise(area, pages * PAGE, MADV_DOFORK)) die("madvise");
  return nanos;
}

static uint64_t fork_pages(void) {
  pid_t child;
  int hold;
  uint64_t without = fork_without();
  write_all(pages);
  uint64_t nanos = copy_process(&child, &hold);
  end_process(child, hold);
  return nanos > without ? nanos - without : 0;
}

static uint64_t cow(void) {
  pid_t child;
  int hold;
  write_all(pages);
  copy_process(&child, &hold);
  uint64_t nanos = write_all(pages);
  end_process(child, hold);
  return nanos;
}

static uint64_t reuse(void) {
  pid_t child;
  int hold;
  write_all(pages);
  copy_process(&child, &hold);
  end_process(child, hold);
  return write_all(pages);
}

static const struct workload {
  const char *name;
  uint64_t (*pass)(void);
  int pages, operations;
} workloads[] = {
    {"zero", zero, HOT_PAGES, HOT_PAGES},
    {"fault", fault, HOT_PAGES, HOT_PAGES},
    {"first", first, FIRST_PAGES, FIRST_PAGES},
    {"map", maps, AREA_PAGES, PAIRS},
    {"protect", protect, AREA_PAGES, PAIRS},
    {"protect-used", protect_used, AREA_PAGES, PAIRS},
    {"fork", fork_pages, FORK_PAGES, FORK_PAGES},
    {"cow", cow, SHARED_PAGES, SHARED_PAGES},
    {"reuse", reuse, SHARED_PAGES, SHARED_PAGES},
};

static double nanos_of_one(const struct workload *work, uint64_t millis) {
  uint64_t end = now() + millis * MILLI, timed = 0, operations = 0;
  do {
    timed += work->pass();
    operations += work->operations;
  } while (now() < end);
  return (double)timed / operations;
}

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 5 && i < sizeof workloads / sizeof *workloads; i++) {
    if (strcmp(argv[1], workloads[i].name)) continue;
    pages = workloads[i].pages;
    map_area();
    nanos_of_one(&workloads[i], strtoul(argv[2], NULL, 10));
    for (int n = atoi(argv[4]); n > 0; n--)
      printf("%.3f\n", nanos_of_one(&workloads[i], strtoul(argv[3], NULL, 10)));
    return 0;
  }
  fprintf(stderr, "usage: spacebench WORKLOAD WARM_MS ITERATION_MS ITERATIONS\n");
  return 2;
}
