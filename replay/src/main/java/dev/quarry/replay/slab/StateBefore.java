package dev.quarry.replay.slab;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.replay.snapshot.SlabInfo;
import dev.quarry.slab.KmemCache;
import java.util.HashMap;
import java.util.Map;

/**
 * The objects of a cache that were in use when the recording began, in slabs that no CPU owns. Of
 * the recorded ones only numbers are known:
 *
 * <pre>
 *   slab 0   ■■■■■□□□□□      one for each CPU that is taken to be its current one, half used
 *   slab 1   ■■■■■□□□□□
 *   slab 2   ■■■■■■■■□□      the others: the free objects are spread evenly
 *   slab 3   ■■■■■■■□□□      in use are the lower ones; base + index * size is an object's address
 * </pre>
 *
 * <p>SLUB counts free objects of CPUs' slabs as used (mm/slub.c, {@code get_slabinfo}, 6.18: only
 * those of partial slabs on a node's list are free), so that a cache without any may still serve
 * many requests from the slabs that it has. Those that are free here, and used in that count, are
 * {@link #hidden}.
 *
 * <p>When an object is freed, its handle tells in which recorded slab it lay: those of one recorded
 * slab come from one of ours, so that it becomes free when the kernel's did, or nearly.
 *
 * <p>Equation: {@code left + hidden == the recorded count, less what was taken}.
 */
final class StateBefore {
  private static final int SLAB_MASK = Gfp.GFP_KERNEL | Gfp.NOWARN | Gfp.THISNODE;

  /** For a cache of which nothing is known. */
  static final StateBefore NOTHING = new StateBefore(new long[0], 0, 0);

  private final long[] bases;
  private final int[] inUse;
  private final int objectBytes;
  private final int recordedShift;
  private final Map<Long, Integer> slabOfRecorded = new HashMap<>();
  private int nextSlab;
  private long left;
  private long hidden;

  private StateBefore(long[] bases, int objectBytes, int recordedShift) {
    this.bases = bases;
    this.inUse = new int[bases.length];
    this.objectBytes = objectBytes;
    this.recordedShift = recordedShift;
  }

  /**
   * Allocates the objects of a line of slabinfo.
   *
   * @param machine whose pages are as large as the recorded one's
   */
  static StateBefore of(KmemCache cache, SlabInfo.Cache line, Machine machine) {
    Cpu cpu = machine.cpu(0);
    int num = cache.geometry().num();
    int slabs = (int) Math.min(line.slabs(), (line.objects() + num - 1) / num);
    int order = Integer.numberOfTrailingZeros(line.pagesPerSlab());
    int shift = machine.spec().pageShift() + order;
    StateBefore state = new StateBefore(new long[slabs], cache.geometry().size(), shift);
    state.allocate(cache, cpu);
    state.freeUnused(line.activeObjects(), machine.cpus().size(), cache, cpu);
    return state;
  }

  private void allocate(KmemCache cache, Cpu cpu) {
    int num = cache.geometry().num();
    for (nextSlab = 0; nextSlab < bases.length; nextSlab++) {
      for (int index = 0; index < num; index++) {
        long object = cache.allocNode(cpu, SLAB_MASK, cpu.node());
        if (object == KmemCache.NULL) {
          return; // the machine is smaller; what was taken of this slab stays
        }
        bases[nextSlab] = index == 0 ? object : bases[nextSlab];
      }
    }
  }

  private void freeUnused(long counted, int cpus, KmemCache cache, Cpu cpu) {
    int num = cache.geometry().num();
    int slabs = nextSlab;
    long active = Math.min(counted, (long) slabs * num);
    int ofCpus = (int) Math.min(Math.min(cpus, slabs), active / num);
    long rest = active - (long) ofCpus * num;
    int others = slabs - ofCpus;
    for (int slab = 0; slab < slabs; slab++) {
      int other = slab - ofCpus;
      boolean current = other < 0;
      int used = current ? num / 2 : (int) (rest * (other + 1) / others - rest * other / others);
      inUse[slab] = used;
      left += used;
      hidden += current ? num - used : 0;
      for (int index = num - 1; index >= used; index--) {
        cache.free(cpu, bases[slab] + (long) index * objectBytes);
      }
    }
    nextSlab = 0;
  }

  /** How many objects are free here that the recorded kernel counted as used. */
  long hidden() {
    return hidden;
  }

  /** Whether there is an object that a handle can mean which was not allocated in the recording. */
  boolean hasMore() {
    return left + hidden > 0;
  }

  /** Takes an object for such a handle; 0 if it is one that is free here already. */
  long take(long handle) {
    if (left == 0) {
      hidden--;
      return KmemCache.NULL;
    }
    left--;
    long recorded = handle >>> recordedShift;
    Integer known = slabOfRecorded.get(recorded);
    int slab = known == null || inUse[known] == 0 ? anotherSlab(recorded) : known;
    return bases[slab] + (long) --inUse[slab] * objectBytes;
  }

  private int anotherSlab(long recorded) {
    while (inUse[nextSlab] == 0) {
      nextSlab = (nextSlab + 1) % inUse.length;
    }
    int slab = nextSlab;
    nextSlab = (nextSlab + 1) % inUse.length;
    slabOfRecorded.put(recorded, slab);
    return slab;
  }
}
