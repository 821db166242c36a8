package dev.quarry.replay.slab;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.SlabInfo;
import dev.quarry.slab.CacheException;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The caches of the recorded kernel on a machine: those of {@code before/slabinfo} with their
 * objects, and others as the recording's events name them.
 */
final class RecordedCaches {
  /** The machine has general caches of its own by these names. */
  private static final String OTHER_NAME = "recorded-";

  private static final int MOST_NOTES = 5;
  private static final int MOST_CACHES = 1 << 16;

  private final Machine machine;
  private final SlabAllocator slab;
  private final Cpu cpu;
  private final int pageShift;
  private final Optional<SlabInfo> info;
  private final Map<String, @Nullable RecordedCache> caches = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private int refused;

  RecordedCaches(Machine machine, Optional<SlabInfo> info) {
    this.machine = machine;
    this.slab = machine.slab();
    this.cpu = machine.cpu(0);
    this.pageShift = machine.spec().pageShift();
    this.info = info;
    info.ifPresent(lines -> {
      requireRoom(lines);
      lines.caches().forEach(line -> caches.put(line.name(), ofLine(line)));
    });
  }

  private void requireRoom(SlabInfo lines) {
    long pages = 0;
    for (SlabInfo.Cache line : lines.caches()) {
      pages += line.slabs() * line.pagesPerSlab();
    }
    long managed = machine.memory().zones().stream().mapToLong(zone -> zone.managed()).sum();
    if (pages > managed) {
      throw new RecordingException(
          "before/slabinfo", pages + " pages of slabs are more than the machine's " + managed);
    }
  }

  private @Nullable RecordedCache ofLine(SlabInfo.Cache line) {
    int order = Integer.numberOfTrailingZeros(line.pagesPerSlab());
    SlabShape shape = new SlabShape(line.objectSize(), order, line.objectsPerSlab());
    CacheSpec spec = CacheSpec.of(freeName(line.name()), line.objectSize());
    try {
      KmemCache cache = slab.createCache(cpu, spec, shape);
      StateBefore before = StateBefore.of(cache, line, machine);
      return new RecordedCache(line.name(), cache, Optional.of(line), before);
    } catch (CacheException e) {
      refuse(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private String freeName(String name) {
    return slab.cache(name).isPresent() ? OTHER_NAME + name : name;
  }

  private void refuse(String why) {
    refused++;
    if (refused <= MOST_NOTES) {
      notes.add(why);
    }
  }

  /**
   * The cache of a name; made if there is none.
   *
   * @param bytes from object to object; 0 if that is not known
   * @return null if it cannot be
   */
  @Nullable RecordedCache named(String name, int bytes) {
    if (caches.containsKey(name)) {
      return caches.get(name);
    }
    if (bytes == 0 || caches.size() >= MOST_CACHES) {
      return null; // an allocation may tell the size later
    }
    RecordedCache made = null;
    try {
      KmemCache cache = slab.createCache(cpu, CacheSpec.of(freeName(name), bytes));
      made = new RecordedCache(name, cache, Optional.empty(), StateBefore.NOTHING);
    } catch (CacheException e) {
      refuse(String.valueOf(e.getMessage()));
    }
    caches.put(name, made);
    return made;
  }

  /**
   * The general cache of a size as the recorded kernel names it ({@code kmalloc_info},
   * mm/slab_common.c, 6.18; older kernels have 1024 for 1k and fewer kinds).
   */
  String generalName(int bytes, int gfp) {
    String kind = "";
    if ((gfp & Gfp.DMA) != 0) {
      kind = "dma-";
    } else if ((gfp & Gfp.RECLAIMABLE) != 0) {
      kind = "rcl-";
    } else if ((gfp & Gfp.ACCOUNT) != 0) {
      kind = "cg-";
    }
    String shortSize = bytes >= 1024 && bytes % 1024 == 0 ? bytes / 1024 + "k" : "" + bytes;
    String usual = kind.equals("dma-") ? "dma-kmalloc-" : "kmalloc-" + kind;
    for (String name :
        List.of(usual + shortSize, usual + bytes, "kmalloc-" + shortSize, "kmalloc-" + bytes)) {
      if (caches.containsKey(name)) {
        return name;
      }
    }
    return usual + shortSize;
  }

  /** Whether the recorded kernel has no general cache of the size, but takes whole pages. */
  boolean isLarge(int bytes, int gfp) {
    return bytes > 2 << pageShift
        && (info.isEmpty() || !caches.containsKey(generalName(bytes, gfp)));
  }

  /** All that could be made, in the order in which they were. */
  List<RecordedCache> all() {
    List<RecordedCache> all = new ArrayList<>();
    for (RecordedCache cache : caches.values()) {
      if (cache != null) {
        all.add(cache);
      }
    }
    return all;
  }

  /** What could not be made. */
  List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    if (refused > MOST_NOTES) {
      all.add("and " + (refused - MOST_NOTES) + " more caches that cannot be made");
    }
    return all;
  }
}
