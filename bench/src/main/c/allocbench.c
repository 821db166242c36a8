/*
 * The allocators of C under the workloads of the benchmarks, for comparison. Which allocator
 * malloc() is, the dynamic linker decides: LD_PRELOAD=libmimalloc.so.2 allocbench ...
 *
 *   allocbench allocator                    prints which one it is, and its version
 *   allocbench numbers SEED                 prints what the generator draws first
 *   allocbench WORKLOAD THREADS SEED BLOCKS BYTES WARM_MS ROUND_MS ROUNDS
 *
 * Workloads; each block's first 8 bytes are written, but for replace:
 *   replace           a random block of BLOCKS is freed, another of 4 KiB to 4 MiB allocated (BYTES
 *                     unused)
 *   replace-written   the same, and written
 *   pair              a block of BYTES is allocated and freed (BLOCKS unused)
 *   burst             BLOCKS blocks of BYTES are allocated, then freed in the same order
 *
 * Prints one line for each round: the nanoseconds that one operation took, as each thread sees it.
 * The generator and its use are those of dev.quarry.bench.work.SplitMix64 and BlockSequence.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_SHIFT 12
#define ORDERS 11
#define MOST_THREADS 64
#define MOST_ROUNDS 1000

struct worker;
typedef uint64_t (*workload_fn)(struct worker *);

struct worker {
	uint64_t random;
	void **blocks;
	uint64_t count;
	size_t bytes;
	workload_fn run;
	double nanos_per_op[MOST_ROUNDS];
};

static struct {
	pthread_barrier_t barrier;
	int64_t warm_nanos;
	int64_t round_nanos;
	int rounds;
} plan;

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static uint64_t next(uint64_t *state)
{
	*state += 0x9E3779B97F4A7C15u;
	return mix(*state);
}

/* The upper half of a draw chooses a block, the lower half an order; no division. */
static uint64_t block_of(uint64_t draw, uint64_t blocks)
{
	return (draw >> 32) * blocks >> 32;
}

static int order_of(uint64_t draw)
{
	return (int)((draw & 0xFFFFFFFFu) * ORDERS >> 32);
}

static void *allocate(size_t bytes)
{
	void *block = malloc(bytes);

	if (block == NULL) {
		fprintf(stderr, "allocbench: malloc of %zu bytes failed\n", bytes);
		exit(1);
	}
	return block;
}

static void *allocate_written(size_t bytes, uint64_t word)
{
	void *block = allocate(bytes);

	*(volatile uint64_t *)block = word;
	return block;
}

static inline uint64_t replace_some(struct worker *w, int written)
{
	const uint64_t ops = 1024;

	for (uint64_t i = 0; i < ops; i++) {
		uint64_t draw = next(&w->random);
		void **block = &w->blocks[block_of(draw, w->count)];
		size_t bytes = (size_t)1 << (PAGE_SHIFT + order_of(draw));

		free(*block);
		*block = written ? allocate_written(bytes, draw) : allocate(bytes);
	}
	return ops;
}

static uint64_t replace(struct worker *w)
{
	return replace_some(w, 0);
}

static uint64_t replace_written(struct worker *w)
{
	return replace_some(w, 1);
}

static uint64_t pair(struct worker *w)
{
	const uint64_t ops = 4096;

	for (uint64_t i = 0; i < ops; i++)
		free(allocate_written(w->bytes, i));
	return ops;
}

static uint64_t burst(struct worker *w)
{
	for (uint64_t i = 0; i < w->count; i++)
		w->blocks[i] = allocate_written(w->bytes, i);
	for (uint64_t i = 0; i < w->count; i++)
		free(w->blocks[i]);
	return w->count;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double nanos_per_op(struct worker *w, int64_t nanos)
{
	int64_t start = now();
	int64_t end;
	uint64_t ops = 0;

	do {
		ops += w->run(w);
		end = now();
	} while (end - start < nanos);
	return (double)(end - start) / (double)ops;
}

static void *work(void *argument)
{
	struct worker *w = argument;

	if (w->run == replace || w->run == replace_written)
		for (uint64_t i = 0; i < w->count; i++) {
			uint64_t draw = next(&w->random);

			w->blocks[i] = allocate((size_t)1 << (PAGE_SHIFT + order_of(draw)));
		}
	pthread_barrier_wait(&plan.barrier);
	nanos_per_op(w, plan.warm_nanos);
	for (int round = 0; round < plan.rounds; round++) {
		pthread_barrier_wait(&plan.barrier);
		w->nanos_per_op[round] = nanos_per_op(w, plan.round_nanos);
	}
	return NULL;
}

static void run(workload_fn fn, int threads, uint64_t seed, uint64_t blocks, size_t bytes)
{
	static struct worker workers[MOST_THREADS];
	pthread_t ids[MOST_THREADS];

	pthread_barrier_init(&plan.barrier, NULL, (unsigned)threads);
	for (int t = 0; t < threads; t++) {
		struct worker *w = &workers[t];

		w->random = mix(seed + (uint64_t)t);
		w->count = blocks;
		w->bytes = bytes;
		w->run = fn;
		w->blocks = calloc(blocks, sizeof(void *));
		if (w->blocks == NULL || pthread_create(&ids[t], NULL, work, w) != 0) {
			fprintf(stderr, "allocbench: thread %d could not be made\n", t);
			exit(1);
		}
	}
	for (int t = 0; t < threads; t++)
		pthread_join(ids[t], NULL);
	for (int round = 0; round < plan.rounds; round++) {
		double sum = 0;

		for (int t = 0; t < threads; t++)
			sum += workers[t].nanos_per_op[round];
		printf("%.4f\n", sum / threads);
	}
}

static void print_allocator(void)
{
	int (*mi_version)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "mi_version");
	int (*mallctl)(const char *, void *, size_t *, void *, size_t) =
		(int (*)(const char *, void *, size_t *, void *, size_t))dlsym(RTLD_DEFAULT, "mallctl");
	const char *text = "";
	size_t bytes = sizeof(text);

	if (mi_version != NULL) {
		int v = mi_version();

		printf("mimalloc %d.%d.%d\n", v / 100, v / 10 % 10, v % 10);
	} else if (mallctl != NULL && mallctl("version", &text, &bytes, NULL, 0) == 0) {
		printf("jemalloc %.*s\n", (int)strcspn(text, "-"), text);
	} else {
		printf("glibc %s\n", gnu_get_libc_version());
	}
}

static void print_numbers(uint64_t seed)
{
	uint64_t state = mix(seed);

	for (int i = 0; i < 8; i++) {
		uint64_t draw = next(&state);

		printf("%016llx %llu %d\n", (unsigned long long)draw,
		       (unsigned long long)block_of(draw, 704), order_of(draw));
	}
}

static workload_fn workload(const char *name)
{
	if (strcmp(name, "replace") == 0)
		return replace;
	if (strcmp(name, "replace-written") == 0)
		return replace_written;
	if (strcmp(name, "pair") == 0)
		return pair;
	return strcmp(name, "burst") == 0 ? burst : NULL;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "allocator") == 0) {
		print_allocator();
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "numbers") == 0) {
		print_numbers(strtoull(argv[2], NULL, 10));
		return 0;
	}
	if (argc != 9 || workload(argv[1]) == NULL) {
		fprintf(stderr, "usage: allocbench replace|replace-written|pair|burst THREADS SEED BLOCKS BYTES"
				" WARM_MS ROUND_MS ROUNDS\n");
		return 2;
	}
	int threads = atoi(argv[2]);

	plan.warm_nanos = atoll(argv[6]) * 1000000;
	plan.round_nanos = atoll(argv[7]) * 1000000;
	plan.rounds = atoi(argv[8]);
	if (threads < 1 || threads > MOST_THREADS || plan.rounds < 1 || plan.rounds > MOST_ROUNDS) {
		fprintf(stderr, "allocbench: %d threads, %d rounds: 1 to %d, 1 to %d are possible\n",
			threads, plan.rounds, MOST_THREADS, MOST_ROUNDS);
		return 2;
	}
	run(workload(argv[1]), threads, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
	    (size_t)strtoull(argv[5], NULL, 10));
	return 0;
}
