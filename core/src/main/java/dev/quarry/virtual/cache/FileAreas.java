package dev.quarry.virtual.cache;

import dev.quarry.virtual.space.AnonVmas;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The areas that show a file, whoever opened it: {@code i_mmap}. Its lock is taken with the lock of
 * an address space held, or with that of the file's cache; who goes over the areas must wait for
 * neither.
 */
public final class FileAreas {
  private final Set<Long> areas = new LinkedHashSet<>();

  /** The same to go over, for each page that is asked about; null: one came or went since. */
  private long @Nullable [] listed;

  FileAreas() {}

  synchronized void add(long vma) {
    areas.add(vma);
    listed = null;
  }

  synchronized void remove(long vma) {
    areas.remove(vma);
    listed = null;
  }

  /** Visits areas, the oldest first, as long as the visitor wants; none goes meanwhile. */
  public synchronized void forEach(AnonVmas.AreaVisitor visitor) {
    long[] all = listed;
    if (all == null) {
      all = areas.stream().mapToLong(Long::longValue).toArray();
      listed = all;
    }
    for (long vma : all) {
      if (!visitor.visit(vma)) {
        return;
      }
    }
  }
}
