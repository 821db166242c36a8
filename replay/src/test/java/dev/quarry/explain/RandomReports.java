package dev.quarry.explain;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random reports of machines with DMA, DMA32 and Normal, about the edge of passing. */
final class RandomReports {
  static final List<KernelRelease> RELEASES =
      List.of(
          new KernelRelease(2, 6, 32),
          new KernelRelease(3, 2),
          new KernelRelease(3, 8),
          new KernelRelease(3, 10),
          new KernelRelease(4, 3),
          new KernelRelease(4, 4),
          new KernelRelease(4, 7),
          new KernelRelease(4, 13),
          new KernelRelease(4, 19),
          new KernelRelease(5, 7),
          new KernelRelease(5, 8),
          new KernelRelease(5, 9),
          new KernelRelease(5, 19),
          new KernelRelease(6, 2),
          new KernelRelease(6, 3),
          new KernelRelease(6, 12),
          new KernelRelease(6, 14),
          new KernelRelease(6, 16),
          new KernelRelease(6, 18));

  static final List<String> FLAGS =
      List.of(
          "GFP_KERNEL",
          "GFP_ATOMIC",
          "GFP_NOWAIT",
          "GFP_HIGHUSER_MOVABLE",
          "GFP_ATOMIC|__GFP_NOMEMALLOC",
          "GFP_KERNEL|GFP_DMA32",
          "GFP_KERNEL|GFP_DMA");

  private static final int ORDERS = 11;
  private static final int ENTRIES = 4;

  private final Random random;

  RandomReports(long seed) {
    this.random = new Random(seed);
  }

  MemoryReport next() {
    KernelRelease release = RELEASES.get(random.nextInt(RELEASES.size()));
    List<ZoneDump> zones = new ArrayList<>();
    int nodes = 1 + random.nextInt(2);
    for (int node = 0; node < nodes; node++) {
      if (node == 0) {
        zones.add(zone(release, node, "DMA", 0));
        zones.add(zone(release, node, "DMA32", 1));
      }
      zones.add(zone(release, node, "Normal", 2));
    }
    String nodemask = nodes == 2 && random.nextInt(3) == 0 ? "" + random.nextInt(2) : "(null)";
    return ReportText.report(
        ReportKind.PAGE_ALLOCATION_FAILURE,
        release.toString(),
        release,
        ReportText.request(
            random.nextInt(3) == 0 ? 0 : random.nextInt(6),
            0,
            FLAGS.get(random.nextInt(FLAGS.size())),
            nodemask,
            null),
        4,
        Map.of(),
        zones,
        null);
  }

  private ZoneDump zone(KernelRelease release, int node, String name, int index) {
    long min = 1 + random.nextInt(600);
    long boost = release.isAtLeast(5, 13) && random.nextInt(3) == 0 ? random.nextInt(600) : 0;
    long[] reserve = new long[ENTRIES];
    for (int upper = index + 1; upper < ENTRIES; upper++) {
      reserve[upper] = upper == 3 ? reserve[2] : reserve[upper - 1] + 1 + random.nextInt(400);
    }
    long reserved = release.isAtLeast(4, 4) && random.nextInt(2) == 0 ? 512 : 0;
    Map<String, Long> kb = new LinkedHashMap<>();
    long free = Math.max(0, min + boost + random.nextInt(1_200) - 400);
    kb.put("free", 4 * free);
    if (release.isAtLeast(5, 13)) {
      kb.put("boost", 4 * boost);
    }
    kb.put("min", 4 * (min + boost));
    kb.put("low", 4 * (min + min / 4 + boost));
    kb.put("high", 4 * (min + min / 2 + boost));
    kb.put("reserved_highatomic", 4 * reserved);
    if (release.isAtLeast(6, 16)) {
      kb.put("free_highatomic", 4 * Math.min(free, random.nextInt(400)));
    }
    kb.put("present", 400_000L);
    kb.put("managed", 396_000L);
    kb.put("free_cma", release.isAtLeast(3, 7) ? 4L * random.nextInt(300) : 0L);
    return new ZoneDump(node, name, Place.of("test"), kb, null, reserve, blocks(release));
  }

  private List<BlockCount> blocks(KernelRelease release) {
    String letters = release.isAtLeast(4, 4) ? "UMEHC" : "UMERC";
    int largest = random.nextInt(ORDERS);
    List<BlockCount> blocks = new ArrayList<>();
    for (int order = 0; order < ORDERS; order++) {
      StringBuilder types = new StringBuilder();
      for (char letter : letters.toCharArray()) {
        if (random.nextInt(3) == 0) {
          types.append(letter);
        }
      }
      boolean none = order > largest || types.isEmpty();
      long count = none ? 0 : types.length() + random.nextInt(1 << Math.max(0, 6 - order));
      blocks.add(new BlockCount(order, count, none ? "" : types.toString()));
    }
    return blocks;
  }
}
