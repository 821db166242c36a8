package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reports of figures that cannot be: each gets a sentence and caveats, none an exception. */
class GarbageTest {
  private static final long SEED = 4_242;
  private static final int REPORTS = 250;
  private static final long[] NUMBERS = {
    Long.MIN_VALUE, -1, 0, 1, 3, 4, 1_000, 1L << 31, 1L << 40, Long.MAX_VALUE
  };
  private static final List<String> COUNTERS =
      List.of(
          "free",
          "boost",
          "min",
          "low",
          "high",
          "reserved_highatomic",
          "free_highatomic",
          "present",
          "managed",
          "free_cma",
          "inactive_file");
  private static final List<String> NAMES =
      List.of("DMA", "DMA32", "Normal", "HighMem", "Movable", "Device", "CMA", "");
  private static final List<String> TEXTS =
      List.of("(null)", "0", "0-1", "5-2", "99", "x", "", "1-1000000000000");

  private final Random random = new Random(SEED);

  @Test
  void figuresThatCannotBeAreCaveats() {
    int caveats = 0;
    for (int i = 0; i < REPORTS; i++) {
      MemoryReport report = report();
      String text = "seed " + SEED + ", report " + i + ": " + report;
      try {
        Explanation explanation = new Explainer().explain(report);
        assertThat(explanation.sentence()).as(text).endsWith(".").doesNotContain("null");
        assertThat(explanation.zones()).as(text).hasSameSizeAs(report.zones());
        assertThat(explanation.explained() || !explanation.causes().isEmpty()).as(text).isTrue();
        caveats += explanation.caveats().size();
      } catch (RuntimeException e) {
        throw new AssertionError(text, e);
      }
    }
    assertThat(caveats).isGreaterThan(REPORTS);
  }

  private MemoryReport report() {
    List<ZoneDump> zones = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      zones.add(zone());
    }
    KernelRelease release =
        random.nextInt(4) == 0
            ? null
            : new KernelRelease(random.nextInt(8), random.nextInt(20), random.nextInt(40));
    int[] pageKb = {4, 16, 64, 0, -4, 3, 1 << 20};
    return ReportText.report(
        ReportKind.values()[random.nextInt(ReportKind.values().length)],
        release == null ? null : release.toString(),
        release,
        random.nextInt(8) == 0 ? null : request(),
        random.nextInt(2) == 0 ? 4 : pageKb[random.nextInt(pageKb.length)],
        Map.of("free_cma", number(), "pages RAM", number()),
        zones,
        null);
  }

  private LoggedRequest request() {
    int[] orders = {-1, 0, 1, 3, 10, 11, 13, 20, 21, Integer.MAX_VALUE, Integer.MIN_VALUE};
    String[] names = {null, "GFP_KERNEL", "GFP_KERNEL|GFP_WHATEVER", "", "0xffffffff"};
    return new LoggedRequest(
        random.nextInt(6) == 0
            ? OptionalInt.empty()
            : OptionalInt.of(orders[random.nextInt(orders.length)]),
        random.nextInt(3) == 0 ? OptionalLong.empty() : OptionalLong.of(random.nextLong()),
        names[random.nextInt(names.length)],
        TEXTS.get(random.nextInt(TEXTS.size())),
        null,
        TEXTS.get(random.nextInt(TEXTS.size())),
        null,
        -1,
        OptionalLong.empty(),
        OptionalLong.of(number()),
        null);
  }

  private ZoneDump zone() {
    Map<String, Long> kb = new LinkedHashMap<>();
    for (String counter : COUNTERS) {
      if (random.nextInt(4) > 0) {
        kb.put(counter, random.nextBoolean() ? number() : random.nextInt(1 << 20));
      }
    }
    long[] reserve = null;
    if (random.nextInt(5) > 0) {
      reserve = new long[random.nextInt(9)];
      for (int i = 0; i < reserve.length; i++) {
        reserve[i] = random.nextInt(3) == 0 ? number() : 0;
      }
    }
    int[] nodes = {0, 0, 0, 1, 63, 64, -1, Integer.MAX_VALUE};
    return new ZoneDump(
        nodes[random.nextInt(nodes.length)],
        NAMES.get(random.nextInt(NAMES.size())),
        Place.of("test"),
        kb,
        null,
        reserve,
        random.nextInt(5) == 0 ? null : blocks());
  }

  private List<BlockCount> blocks() {
    String[] letters = {"", "U", "UMEHCI", "Z", "R", "IC"};
    int[] orders = {0, 1, 9, 10, 11, 13, 14};
    int last = orders[random.nextInt(orders.length)];
    List<BlockCount> blocks = new ArrayList<>();
    for (int order = 0; order <= last; order++) {
      long count = random.nextInt(3) == 0 ? number() : random.nextInt(4);
      blocks.add(new BlockCount(order, count, letters[random.nextInt(letters.length)]));
    }
    return blocks;
  }

  private long number() {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }
}
