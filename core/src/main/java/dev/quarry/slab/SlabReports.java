package dev.quarry.slab;

import dev.quarry.machine.KernelLog;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the kernel's log says about misuse: {@code slab_error}, {@code kfree_debugcheck} and {@code
 * cache_from_obj} (mm/slab.c, mm/slab.h). Each method returns false, the answer of the operation
 * that was refused.
 */
final class SlabReports {
  private static final int BURST = 60;

  private final KernelLog log;
  private final AtomicLong count = new AtomicLong();

  SlabReports(KernelLog log) {
    this.log = log;
  }

  /** How many misuses there were, written or not. */
  long count() {
    return count.get();
  }

  boolean badPointer(long object, String what) {
    return print(String.format(Locale.ROOT, "kfree_debugcheck: %s %016xh", what, object));
  }

  void tooLarge(long size, long most) {
    log.print(
        "kmalloc: " + size + " bytes are more than the " + most + " of the largest block of pages");
  }

  boolean wrongCache(long object, KmemCache expected, KmemCache actual) {
    return print(
        String.format(
            Locale.ROOT,
            "cache_from_obj: Wrong slab cache. %s but object %016x is from %s",
            expected.name(),
            object,
            actual.name()));
  }

  boolean noObject(long object, KmemCache cache, long slab) {
    return print(
        String.format(
            Locale.ROOT,
            "slab error in cache_free_debugcheck(): cache `%s': %016x is not the start of an object"
                + " of slab %016x",
            cache.name(),
            object,
            slab));
  }

  boolean doubleFree(long object, KmemCache cache, long slab) {
    return print(
        String.format(
            Locale.ROOT,
            "slab error in cache_free_debugcheck(): cache `%s': double free of object %016x"
                + " of slab %016x",
            cache.name(),
            object,
            slab));
  }

  boolean print(String text) {
    long number = count.incrementAndGet();
    if (number <= BURST) {
      log.print(text);
    }
    if (number == BURST) {
      log.print("slab error: further messages suppressed");
    }
    return false;
  }
}
