package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.Pfn;
import java.util.Arrays;

/**
 * The slots in which {@code kmap} shows pages of HighMem to all CPUs: PKMAP, 1024 pages of address
 * space with a use count each ({@code pkmap_count}), and the hash from frames to slots ({@code
 * page_address_htable}).
 *
 * <pre>
 *   count 0   free, no entry
 *         1   nobody uses it; entry and TLBs still show the page
 *         n   n - 1 users
 *
 *   search ──► slot after the last one given ──► at the end of the round: all slots of count 1
 *              are cleared, and the TLBs flushed once
 * </pre>
 */
public final class KmapPool {
  private static final int SLOTS = KernelLayout.PKMAP_SLOTS;
  private static final int NO_SLOT = -1;
  private static final int HASH_BITS = 7;
  private static final int GOLDEN_RATIO_32 = 0x61C8_8647;

  private final KernelSpace space;
  private final SpinLock lock = new SpinLock("kmap pool");
  private final int[] counts = new int[SLOTS];
  private final int[] frames = new int[SLOTS];
  private final int[] buckets = new int[1 << HASH_BITS];
  private final int[] nextInBucket = new int[SLOTS];
  private int last;
  private long flushRounds;

  KmapPool(KernelSpace space) {
    this.space = space;
    Arrays.fill(frames, Pfn.NONE);
    Arrays.fill(buckets, NO_SLOT);
  }

  /** How often all unused slots were cleared: {@code flush_all_zero_pkmaps}. */
  public long flushRounds() {
    return flushRounds;
  }

  /** The use count of a slot. */
  public int count(int slot) {
    return counts[slot];
  }

  /** The frame that a slot shows, or {@link Pfn#NONE}. */
  public int frame(int slot) {
    return frames[slot];
  }

  private static int bucket(int pfn) {
    return (pfn * GOLDEN_RATIO_32) >>> (Integer.SIZE - HASH_BITS);
  }

  private int slotOf(int pfn) {
    int slot = buckets[bucket(pfn)];
    while (slot != NO_SLOT && frames[slot] != pfn) {
      slot = nextInBucket[slot];
    }
    return slot;
  }

  /** The address of the slot that shows a frame, in use or not, or none. */
  long addressOf(int pfn) {
    lock.lock();
    int slot = slotOf(pfn);
    lock.unlock();
    return slot == NO_SLOT ? HighMem.NO_ADDRESS : space.layout().pkmapAddress(slot);
  }

  /** {@code kmap_high}. */
  long map(int pfn) {
    lock.lock();
    try {
      int slot = slotOf(pfn);
      if (slot == NO_SLOT) {
        slot = unusedSlot();
        if (slot == NO_SLOT) {
          return HighMem.NO_ADDRESS;
        }
        show(slot, pfn);
      }
      counts[slot]++;
      return space.layout().pkmapAddress(slot);
    } finally {
      lock.unlock();
    }
  }

  /** {@code map_new_virtual}'s search: what is left of a round, then a whole one. */
  private int unusedSlot() {
    int left = SLOTS;
    while (left > 0) {
      last = (last + 1) % SLOTS;
      if (last == 0) {
        flushUnused();
        left = SLOTS;
      }
      if (counts[last] == 0) {
        return last;
      }
      left--;
    }
    return NO_SLOT;
  }

  private void show(int slot, int pfn) {
    space.setKernelEntry(space.layout().pkmapAddress(slot), pfn);
    counts[slot] = 1;
    frames[slot] = pfn;
    nextInBucket[slot] = buckets[bucket(pfn)];
    buckets[bucket(pfn)] = slot;
  }

  private void flushUnused() {
    flushRounds++;
    boolean cleared = false;
    for (int slot = 0; slot < SLOTS; slot++) {
      if (counts[slot] == 1) {
        counts[slot] = 0;
        unhash(slot);
        space.tables().unmap(space.layout().pkmapAddress(slot), 1);
        frames[slot] = Pfn.NONE;
        cleared = true;
      }
    }
    if (cleared) {
      space.tlb().kernelRange(space.layout().pkmapStart(), SLOTS);
    }
  }

  private void unhash(int slot) {
    int bucket = bucket(frames[slot]);
    if (buckets[bucket] == slot) {
      buckets[bucket] = nextInBucket[slot];
      return;
    }
    int before = buckets[bucket];
    while (nextInBucket[before] != slot) {
      before = nextInBucket[before];
    }
    nextInBucket[before] = nextInBucket[slot];
  }

  /** {@code kunmap_high}. */
  boolean unmap(Cpu cpu, int pfn) {
    lock.lock();
    int slot = slotOf(pfn);
    boolean used = slot != NO_SLOT && counts[slot] > 1;
    if (used) {
      counts[slot]--;
    }
    lock.unlock();
    if (!used) {
      space.warn(cpu, "kunmap() of frame " + pfn + ", which no kmap() shows");
    }
    return used;
  }
}
