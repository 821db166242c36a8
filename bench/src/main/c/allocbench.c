/*
 * The allocators of C under the workloads of the benchmarks, for comparison. Which allocator
 * malloc() is, the dynamic linker decides: LD_PRELOAD=libmimalloc.so.2 allocbench ...
 *
 *   allocbench allocator                    prints which one it is, and its version
 *   allocbench numbers SEED                 prints what the generator draws first
 *   allocbench sizes SEED                   prints the first sizes and places of the mixes
 *   allocbench held SEED BLOCKS             prints memory held / bytes asked for, of BLOCKS blocks of
 *                                           the mix: fresh, and after as many were replaced
 *   allocbench WORKLOAD THREADS SEED BLOCKS BYTES WARM_MS ROUND_MS ROUNDS
 *
 * Workloads; each block's first 8 bytes are written, but for replace:
 *   replace           a random block of BLOCKS is freed, another of 4 KiB to 4 MiB allocated (BYTES
 *                     unused)
 *   replace-written   the same, and written
 *   pair              a block of BYTES is allocated and freed (BLOCKS unused)
 *   burst             BLOCKS blocks of BYTES are allocated, then freed in the same order
 *   pairs             as pair, of BLOCKS sizes of 32 B to 4 KiB in turn (BYTES unused)
 *   mixed             BLOCKS blocks of 33 to 4,096 bytes are allocated, then freed in random order
 *   handover          one thread allocates, another frees, 64 at a time; of BYTES, or, where that is
 *                     0, of BLOCKS sizes of the mix in turn
 *   queue             the same with nothing allocated and nothing freed
 *
 * Prints one line for each round: the nanoseconds that one operation took, as each thread sees it.
 * The generator and its use are those of dev.quarry.bench.work.SplitMix64, BlockSequence and Mix.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE_SHIFT 12
#define ORDERS 11
#define MOST_THREADS 64
#define MOST_ROUNDS 1000
#define BATCH 64
#define PLACES 16
#define SPINS_BEFORE_YIELD 1000

struct worker;
typedef uint64_t (*workload_fn)(struct worker *);

struct worker {
	uint64_t random;
	void **blocks;
	uint64_t count;
	size_t bytes;
	uint32_t *sizes; /* of the mix, or of the pairs */
	uint32_t *order; /* each block once */
	uint64_t turn;
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

/* A number below bound, from the upper half of a draw. */
static uint32_t below(uint64_t *state, uint64_t bound)
{
	return (uint32_t)((next(state) >> 32) * bound >> 32);
}

static uint32_t mix_bytes(uint64_t *state)
{
	return 33 + below(state, 4096 - 33 + 1);
}

/* Sizes with equal chances, and a random order, each element drawn right after its size. */
static void draw_mix(uint64_t *state, uint32_t *sizes, uint32_t *order, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		sizes[i] = mix_bytes(state);

		uint32_t other = below(state, i + 1);

		order[i] = order[other];
		order[other] = (uint32_t)i;
	}
}

/* Each doubling from 32 B to 4 KiB with equal chances, and each size in it. */
static void draw_pairs(uint64_t *state, uint32_t *sizes, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint32_t low = 32u << below(state, 7);

		sizes[i] = low + 1 + below(state, low);
	}
}

static void *need(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "allocbench: no memory\n");
		exit(1);
	}
	return memory;
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

static uint64_t pairs(struct worker *w)
{
	for (uint64_t i = 0; i < w->count; i++)
		free(allocate_written(w->sizes[i], i));
	return w->count;
}

static uint64_t mixed(struct worker *w)
{
	for (uint64_t i = 0; i < w->count; i++)
		w->blocks[i] = allocate_written(w->sizes[i], i);
	for (uint64_t i = 0; i < w->count; i++)
		free(w->blocks[w->order[i]]);
	return w->count;
}

/*
 * A ring of batches between two threads, each counter on cache lines of its own; the same as
 * dev.quarry.bench.work.BatchRing.
 */
static struct {
	void *places[PLACES][BATCH];
	_Alignas(128) _Atomic uint64_t published;
	_Alignas(128) _Atomic uint64_t released;
	_Alignas(128) _Atomic int stop;
} ring;

static void pause_or_yield(int spins)
{
	if (spins >= SPINS_BEFORE_YIELD)
		sched_yield();
#if defined(__x86_64__)
	else
		__builtin_ia32_pause();
#endif
}

static void **claim(void)
{
	uint64_t place = atomic_load_explicit(&ring.published, memory_order_relaxed);

	for (int spins = 0;
	     place - atomic_load_explicit(&ring.released, memory_order_acquire) == PLACES; spins++)
		pause_or_yield(spins);
	return ring.places[place % PLACES];
}

static void publish(void)
{
	uint64_t place = atomic_load_explicit(&ring.published, memory_order_relaxed);

	atomic_store_explicit(&ring.published, place + 1, memory_order_release);
}

static void *consume(void *frees)
{
	for (uint64_t place = 0;; place++) {
		void **batch = ring.places[place % PLACES];

		for (int spins = 0;
		     atomic_load_explicit(&ring.published, memory_order_acquire) == place; spins++) {
			if (atomic_load_explicit(&ring.stop, memory_order_acquire) &&
			    atomic_load_explicit(&ring.published, memory_order_acquire) == place)
				return NULL;
			pause_or_yield(spins);
		}
		for (int i = 0; i < BATCH; i++)
			if (frees != NULL)
				free(batch[i]);
			else
				*(void *volatile *)&batch[i];
		atomic_store_explicit(&ring.released, place + 1, memory_order_release);
	}
}

static uint64_t handover(struct worker *w)
{
	void **batch = claim();
	uint64_t turn = w->turn;

	for (int i = 0; i < BATCH; i++) {
		size_t bytes = w->bytes;

		if (bytes == 0) {
			bytes = w->sizes[turn];
			turn = turn + 1 == w->count ? 0 : turn + 1;
		}
		batch[i] = allocate_written(bytes, turn);
	}
	w->turn = turn;
	publish();
	return BATCH;
}

static uint64_t queue(struct worker *w)
{
	void **batch = claim();

	for (int i = 0; i < BATCH; i++)
		batch[i] = w;
	publish();
	return BATCH;
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
	if (w->run == pairs)
		draw_pairs(&w->random, w->sizes, w->count);
	else if (w->run != replace && w->run != replace_written)
		draw_mix(&w->random, w->sizes, w->order, w->count);
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
	pthread_t consumer;
	int hands_over = fn == handover || fn == queue;

	if (hands_over &&
	    pthread_create(&consumer, NULL, consume, fn == handover ? &ring : NULL) != 0) {
		fprintf(stderr, "allocbench: the thread that frees could not be made\n");
		exit(1);
	}
	pthread_barrier_init(&plan.barrier, NULL, (unsigned)threads);
	for (int t = 0; t < threads; t++) {
		struct worker *w = &workers[t];

		w->random = mix(seed + (uint64_t)t);
		w->count = blocks;
		w->bytes = bytes;
		w->run = fn;
		w->blocks = need(calloc(blocks + 1, sizeof(void *)));
		w->sizes = need(calloc(blocks + 1, sizeof(uint32_t)));
		w->order = need(calloc(blocks + 1, sizeof(uint32_t)));
		if (pthread_create(&ids[t], NULL, work, w) != 0) {
			fprintf(stderr, "allocbench: thread %d could not be made\n", t);
			exit(1);
		}
	}
	for (int t = 0; t < threads; t++)
		pthread_join(ids[t], NULL);
	if (hands_over) {
		atomic_store_explicit(&ring.stop, 1, memory_order_release);
		pthread_join(consumer, NULL);
	}
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

static void print_sizes(uint64_t seed)
{
	uint32_t sizes[8], order[8], pair_sizes[8];
	uint64_t state = mix(seed);

	draw_mix(&state, sizes, order, 8);
	state = mix(seed);
	draw_pairs(&state, pair_sizes, 8);
	for (int i = 0; i < 8; i++)
		printf("%u %u %u\n", sizes[i], order[i], pair_sizes[i]);
}

/* Bytes of this process that are in memory. */
static uint64_t resident(void)
{
	unsigned long long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "r");

	if (statm == NULL || fscanf(statm, "%*u %llu", &pages) != 1) {
		fprintf(stderr, "allocbench: /proc/self/statm cannot be read\n");
		exit(1);
	}
	fclose(statm);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* A block of the mix, with all its pages touched, so that what it takes is resident. */
static char *touched(uint32_t bytes)
{
	volatile char *block = allocate(bytes);

	block[0] = 1;
	block[bytes - 1] = 1;
	return (char *)block;
}

static void print_held(uint64_t seed, uint64_t count)
{
	static char buffer[4096];
	char **blocks = need(malloc(count * sizeof(char *)));
	uint32_t *sizes = need(malloc(count * sizeof(uint32_t)));
	uint64_t random = mix(seed);
	uint64_t asked = 0;

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	memset(blocks, 1, count * sizeof(char *));
	memset(sizes, 1, count * sizeof(uint32_t));

	uint64_t before = resident();

	for (uint64_t i = 0; i < count; i++) {
		sizes[i] = mix_bytes(&random);
		asked += sizes[i];
		blocks[i] = touched(sizes[i]);
	}
	printf("%.5f\n", (double)(resident() - before) / (double)asked);
	for (uint64_t i = 0; i < count; i++) {
		uint32_t victim = below(&random, count);

		asked -= sizes[victim];
		free(blocks[victim]);
		sizes[victim] = mix_bytes(&random);
		asked += sizes[victim];
		blocks[victim] = touched(sizes[victim]);
	}
	printf("%.5f\n", (double)(resident() - before) / (double)asked);
}

static workload_fn workload(const char *name)
{
	static const struct {
		const char *name;
		workload_fn fn;
	} all[] = {
		{ "replace", replace }, { "replace-written", replace_written }, { "pair", pair },
		{ "burst", burst },	{ "pairs", pairs },			{ "mixed", mixed },
		{ "handover", handover }, { "queue", queue },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(name, all[i].name) == 0)
			return all[i].fn;
	return NULL;
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
	if (argc == 3 && strcmp(argv[1], "sizes") == 0) {
		print_sizes(strtoull(argv[2], NULL, 10));
		return 0;
	}
	if (argc == 4 && strcmp(argv[1], "held") == 0) {
		print_held(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
		return 0;
	}
	if (argc != 9 || workload(argv[1]) == NULL) {
		fprintf(stderr, "usage: allocbench replace|replace-written|pair|burst|pairs|mixed|handover|queue"
				" THREADS SEED BLOCKS BYTES WARM_MS ROUND_MS ROUNDS\n");
		return 2;
	}
	int threads = atoi(argv[2]);

	plan.warm_nanos = atoll(argv[6]) * 1000000;
	plan.round_nanos = atoll(argv[7]) * 1000000;
	plan.rounds = atoi(argv[8]);
	if ((workload(argv[1]) == handover || workload(argv[1]) == queue) && threads != 1) {
		fprintf(stderr, "allocbench: %d threads hand over; 1 is possible\n", threads);
		return 2;
	}
	if (threads < 1 || threads > MOST_THREADS || plan.rounds < 1 || plan.rounds > MOST_ROUNDS) {
		fprintf(stderr, "allocbench: %d threads, %d rounds: 1 to %d, 1 to %d are possible\n",
			threads, plan.rounds, MOST_THREADS, MOST_ROUNDS);
		return 2;
	}
	run(workload(argv[1]), threads, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
	    (size_t)strtoull(argv[5], NULL, 10));
	return 0;
}
