package dev.quarry.explain.log;

/** What a line of a report states. */
enum StatementKind {
  /** The first line: {@code page allocation failure}, {@code invoked oom-killer}, … */
  HEADER,
  /** {@code worker cpuset=/ mems_allowed=0}. */
  CPUSET,
  /** {@code CPU: 0 PID: 4711 Comm: worker Not tainted 6.3.1 #1}. */
  CPU,
  /** A function of the call trace. */
  TRACE,
  MEM_INFO,
  /** {@code active_anon:56 inactive_anon:3262}, in pages. */
  PAGES,
  /** {@code Node 0 active_anon:224kB}. */
  NODE,
  /** {@code Node 0 DMA free:14332kB min:128kB}. */
  ZONE,
  /** {@code lowmem_reserve[]: 0 1942 7698}. */
  RESERVE,
  /** {@code Node 0 DMA: 1*4kB (M) … = 14332kB}. */
  BLOCKS,
  /** {@code Node 0 hugepages_total=0 …}. */
  HUGE,
  /** {@code 2047868 pages RAM} and the like. */
  TOTAL,
  /** {@code Free swap = 4194300kB}. */
  SWAP,
  SLAB_HEAD,
  /** {@code kmalloc-64 120KB 124KB}. */
  SLAB,
  TASK_HEAD,
  /** {@code [ 1234] 1000 1234 …}. */
  TASK,
  /** Usage and limits of a memory group. */
  MEMCG,
  /** {@code oom-kill:constraint=…}. */
  OOM_KILL,
  /** {@code Out of memory: Killed process …}. */
  KILL,
  PANIC,
  /** Belongs to a report and has no figure that is kept. */
  PASSED,
  /** May be the beginning of a statement that was wrapped, such as {@code Node 0}. */
  PENDING,
  /** No line of a report, or the rest of one that was wrapped. */
  OTHER;

  /** Whether a report without its first line may begin here. */
  boolean beginsDump() {
    return this == MEM_INFO || this == PAGES || this == NODE || this == ZONE;
  }

  /** Whether only a report of the oom-killer has it, with memory or without. */
  boolean isOfOom() {
    return this == MEMCG || this == OOM_KILL || this == KILL || this == TASK_HEAD;
  }

  /** Whether its parts can be told from any other text, even behind a prefix of their own. */
  boolean isList() {
    return this == ZONE || this == NODE || this == BLOCKS;
  }

  /** Whether its first word tells it: the others have a name or another text in front. */
  boolean isToldByItsBeginning() {
    return switch (this) {
      case HEADER, CPUSET, TRACE, SLAB, MEMCG, KILL, PENDING, OTHER -> false;
      default -> true;
    };
  }

  /** Whether the line is certainly one of a report. */
  boolean isOfReport() {
    return this != OTHER && this != PENDING;
  }
}
