/*
 * The kernel's own compaction after the pattern that Quarry's is measured with: a process holds one
 * page of each pair of MIB mebibytes, which one is drawn by lot (were it always the first, a scanner
 * that looks at every second frame would find nothing). Then 1 is written to
 * /proc/sys/vm/compact_memory, which only root may.
 *
 *   compactbench MIB
 *
 * Prints what the whole machine's counters say: pages moved, blocks of order 9 more than before (one
 * of order 10 is two), nanoseconds. Ends with 3 if compact_memory cannot be written.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define ORDERS 11
#define HUGE_ORDER 9
#define LINE 512
#define NOT_ALLOWED 3
#define SEED 1

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* dev.quarry.bench.work.SplitMix64. */
static uint64_t next_random(void)
{
	static uint64_t state;

	if (!state)
		state = mix(SEED);
	state += 0x9E3779B97F4A7C15u;
	return mix(state);
}

/* A counter of /proc/vmstat. */
static long vmstat(const char *name)
{
	char line[LINE], found[LINE];
	long value, result = -1;
	FILE *file = fopen("/proc/vmstat", "r");

	if (!file)
		fail("/proc/vmstat");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%500s %ld", found, &value) == 2 && !strcmp(found, name))
			result = value;
	fclose(file);
	return result;
}

/* Free blocks of order 9, those of order 10 counted twice, of all zones. */
static long huge_blocks(void)
{
	char line[LINE];
	long blocks = 0;
	FILE *file = fopen("/proc/buddyinfo", "r");

	if (!file)
		fail("/proc/buddyinfo");
	while (fgets(line, sizeof(line), file)) {
		char *at = strstr(line, "zone");
		char *save, *word = at ? strtok_r(at, " \n", &save) : NULL;

		/* "zone", its name, then a number for each order */
		for (int i = -2; word; i++, word = strtok_r(NULL, " \n", &save))
			if (i >= HUGE_ORDER && i < ORDERS)
				blocks += atol(word) << (i - HUGE_ORDER);
	}
	fclose(file);
	return blocks;
}

int main(int argc, char **argv)
{
	size_t bytes = (argc > 1 ? strtoul(argv[1], NULL, 10) : 64) << 20;
	int compact = open("/proc/sys/vm/compact_memory", O_WRONLY);
	struct timespec from, to;
	long moved, blocks;
	char *area;

	if (compact < 0)
		return NOT_ALLOWED;
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		fail("mmap");
	for (size_t at = 0; at < bytes; at += PAGE)
		area[at] = 1;
	for (size_t at = 0; at < bytes; at += 2 * PAGE)
		madvise(area + at + (next_random() & 1) * PAGE, PAGE, MADV_DONTNEED);
	moved = vmstat("pgmigrate_success");
	blocks = huge_blocks();
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (write(compact, "1", 1) != 1)
		return NOT_ALLOWED;
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%ld\n%ld\n%ld\n", vmstat("pgmigrate_success") - moved, huge_blocks() - blocks,
	       (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec);
	return 0;
}
