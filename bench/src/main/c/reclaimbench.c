/*
 * What the kernel that is running needs to reclaim pages of a process: the peer of Quarry's
 * ReclaimWork.
 *
 *   reclaimbench WORKLOAD FOLDER WARM_MS ITERATION_MS ITERATIONS
 *
 *   file-pageout  MADV_PAGEOUT of clean pages of a file that is mapped; the file is made in FOLDER,
 *                 which must be on a disk, and goes before the program does anything else
 *   anon-pageout  the same of private pages that were written, where the host has swap
 *
 * A file that is read in a row comes to memory in blocks of many pages, which the kernel reclaims as
 * one; here it is read page by page (MADV_RANDOM), so that pages are what is reclaimed. Pages that
 * could not be reclaimed do not count.
 *
 * Prints nanoseconds for each page, one line for each iteration: those of its fastest pass. Prints
 * nothing if the kernel keeps the pages.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define PAGES 4096
#define BYTES (PAGES * PAGE)
#define MILLI 1000000UL

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

static char *area;
static int is_file;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000UL + t.tv_nsec;
}

static void map_file(const char *folder) {
  static char page[PAGE];
  char path[4096];
  snprintf(path, sizeof path, "%s/reclaimXXXXXX", folder);
  int fd = mkstemp(path);
  if (fd < 0) die(path);
  unlink(path);
  for (int i = 0; i < PAGES; i++) {
    memset(page, i + 1, PAGE);
    if (write(fd, page, PAGE) != (ssize_t)PAGE) die("write");
  }
  if (fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)) die("fsync");
  area = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (area == MAP_FAILED) die("mmap");
  if (madvise(area, BYTES, MADV_RANDOM)) die("madvise");
}

static void map_private(void) {
  area = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) die("mmap");
  madvise(area, BYTES, MADV_NOHUGEPAGE); /* a kernel without huge pages refuses: as good */
}

static void touch(void) {
  for (int i = 0; i < PAGES; i++) {
    volatile char *page = area + i * PAGE;
    if (is_file)
      (void)*page;
    else
      *page = i | 1;
  }
}

static int resident(void) {
  static unsigned char in[PAGES];
  int count = 0;
  if (mincore(area, BYTES, in)) die("mincore");
  for (int i = 0; i < PAGES; i++) count += in[i] & 1;
  return count;
}

/* The fastest pass of some time; 0 if no page goes. */
static double nanos_of_one(uint64_t millis) {
  uint64_t end = now() + millis * MILLI;
  double fastest = 0;
  do {
    touch();
    int before = resident();
    uint64_t start = now();
    if (madvise(area, BYTES, MADV_PAGEOUT)) die("madvise");
    uint64_t nanos = now() - start;
    int went = before - resident();
    if (went < PAGES / 2) return 0;
    double one = (double)nanos / went;
    if (fastest == 0 || one < fastest) fastest = one;
  } while (now() < end);
  return fastest;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: reclaimbench WORKLOAD FOLDER WARM_MS ITERATION_MS ITERATIONS\n");
    return 2;
  }
  is_file = !strcmp(argv[1], "file-pageout");
  if (is_file)
    map_file(argv[2]);
  else
    map_private();
  if (nanos_of_one(strtoul(argv[3], NULL, 10)) == 0) return 0;
  for (int n = atoi(argv[5]); n > 0; n--) {
    double nanos = nanos_of_one(strtoul(argv[4], NULL, 10));
    if (nanos > 0) printf("%.3f\n", nanos);
  }
  return 0;
}
