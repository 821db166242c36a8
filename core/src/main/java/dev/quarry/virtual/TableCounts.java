package dev.quarry.virtual;

import java.util.concurrent.atomic.AtomicLong;

/** What was done to page tables since boot. */
public final class TableCounts {
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong cleared = new AtomicLong();
  private final AtomicLong allocated = new AtomicLong();
  private final AtomicLong freed = new AtomicLong();

  void written(long entries) {
    written.getAndAdd(entries);
  }

  void cleared(long entries) {
    cleared.getAndAdd(entries);
  }

  void tables(int change) {
    (change > 0 ? allocated : freed).incrementAndGet();
  }

  /** Entries that were written to show a page; those that lead to tables are as many as tables. */
  public long entriesWritten() {
    return written.get();
  }

  /** Entries that showed a page and were cleared. */
  public long entriesCleared() {
    return cleared.get();
  }

  /** Tables allocated. */
  public long tablesAllocated() {
    return allocated.get();
  }

  /** Tables freed. */
  public long tablesFreed() {
    return freed.get();
  }
}
