package dev.quarry.virtual.cache;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * The areas that show a file, whoever opened it: {@code i_mmap}. Its lock is taken with the lock of
 * an address space held; who goes over the areas must not wait for one.
 */
public final class FileAreas {
  private final Set<Long> areas = new LinkedHashSet<>();

  FileAreas() {}

  synchronized void add(long vma) {
    areas.add(vma);
  }

  synchronized void remove(long vma) {
    areas.remove(vma);
  }

  /** Visits all areas, the oldest first; none goes meanwhile. */
  public synchronized void forEach(LongConsumer visitor) {
    for (long vma : areas) {
      visitor.accept(vma);
    }
  }
}
