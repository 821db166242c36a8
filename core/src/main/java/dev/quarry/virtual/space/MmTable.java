package dev.quarry.virtual.space;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Address spaces by the address of their object, found without a lock: Linux follows {@code
 * vma->vm_mm}, and reverse mapping does so for every entry that it looks at.
 *
 * <pre>
 *   hash ─► [ mm ][ gone ][ mm ][    ]     linear probing; one that went leaves a mark, so that those
 *                                          behind it are still found; a fresh table has no marks
 * </pre>
 *
 * <p>Equation: slots that are not empty are at most half of the table.
 */
final class MmTable {
  private static final int FEWEST = 16;

  /** Objects lie at least so many bits apart. */
  private static final int ADDRESS_SHIFT = 6;

  private static final Object GONE = new Object();

  private volatile AtomicReferenceArray<@Nullable Object> slots =
      new AtomicReferenceArray<>(FEWEST);

  private int used;
  private int live;

  /** The address space of an object, or null: it is none, or going. */
  @Nullable MmStruct get(long address) {
    AtomicReferenceArray<@Nullable Object> now = slots;
    int mask = now.length() - 1;
    for (int at = first(address) & mask; ; at = (at + 1) & mask) {
      Object found = now.get(at);
      if (found == null) {
        return null;
      }
      if (found instanceof MmStruct mm && mm.address() == address) {
        return mm;
      }
    }
  }

  private static int first(long address) {
    long number = address >>> ADDRESS_SHIFT;
    return (int) (number ^ number >>> Short.SIZE);
  }

  synchronized void put(MmStruct mm) {
    if (2 * (used + 1) > slots.length()) {
      renew();
    }
    insert(slots, mm);
    used++;
    live++;
  }

  synchronized void remove(MmStruct mm) {
    int mask = slots.length() - 1;
    int at = first(mm.address()) & mask;
    while (slots.get(at) != mm) {
      at = (at + 1) & mask;
    }
    slots.set(at, GONE);
    live--;
  }

  /** A table without marks, large enough for twice as many. */
  private void renew() {
    int length = Math.max(FEWEST, Integer.highestOneBit(live + 1) << 3);
    var fresh = new AtomicReferenceArray<@Nullable Object>(length);
    for (int at = 0; at < slots.length(); at++) {
      if (slots.get(at) instanceof MmStruct mm) {
        insert(fresh, mm);
      }
    }
    slots = fresh;
    used = live;
  }

  private static void insert(AtomicReferenceArray<@Nullable Object> table, MmStruct mm) {
    int mask = table.length() - 1;
    int at = first(mm.address()) & mask;
    while (table.get(at) != null) {
      at = (at + 1) & mask;
    }
    table.set(at, mm);
  }
}
