package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.LogReader;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.TrailStep;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole round: a machine fails a request and prints the kernel's report; explain reads the
 * report, boots a machine after it, and comes, zone by zone and page by page, to what the first
 * machine's allocator decided.
 *
 * <pre>
 *   machine ──fails──► trail: what it decided  ═══ the same ═══  verdicts
 *      └──► its log ──► report ──► twin of the machine ──────────────┘
 * </pre>
 */
class OwnReportTest {
  private static final int FEWEST_FAILURES = 3;
  private static final List<String> MACHINES =
      List.of(
          "laptop ram=512M",
          "laptop ram=64M,percpu=no",
          "course",
          "server ram=256M",
          "x86-32 ram=1G",
          "movable ram=256M,movablecore=64M");
  private static final int[] MASKS = {
    Gfp.GFP_KERNEL,
    Gfp.GFP_ATOMIC,
    Gfp.GFP_NOFS | Gfp.COMP,
    Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
    Gfp.GFP_HIGHUSER_MOVABLE,
    Gfp.GFP_ATOMIC | Gfp.NOMEMALLOC,
    Gfp.GFP_KERNEL | Gfp.DMA,
    Gfp.GFP_KERNEL | Gfp.NORETRY,
  };

  static IntStream seeds() {
    return IntStream.range(0, 24);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theVerdictIsTheAllocators(int seed) {
    Random random = new Random(seed);
    String[] words = MACHINES.get(seed % MACHINES.size()).split(" ");
    List<String> settings = words.length == 1 ? List.of() : List.of(words[1].split(","));
    try (Machine machine = Machine.boot(MachineSpecReader.with(Presets.get(words[0]), settings))) {
      fragment(machine, random);
      int failures = 0;
      for (int tries = 0; tries < 200 && failures < FEWEST_FAILURES; tries++) {
        int gfp = MASKS[random.nextInt(MASKS.length)];
        int order = random.nextInt(4) == 0 ? 0 : random.nextInt(8);
        failures += fails(machine, machine.cpu(0), gfp, order) ? 1 : 0;
      }
      assertThat(failures).as("failures with seed %d", seed).isPositive();
    }
  }

  /** Takes nearly all memory in blocks of all sizes and gives some of it back. */
  private static void fragment(Machine machine, Random random) {
    Cpu cpu = machine.cpu(0);
    List<int[]> held = new ArrayList<>();
    int misses = 0;
    while (misses < 30) {
      int order = random.nextInt(3) == 0 ? random.nextInt(10) : random.nextInt(4);
      int gfp = MASKS[random.nextInt(MASKS.length)] | Gfp.NOWARN;
      int pfn = machine.allocator().allocPages(cpu, gfp, order);
      if (pfn == Pfn.NONE) {
        misses++;
      } else {
        held.add(new int[] {pfn, order});
      }
    }
    int kept = random.nextInt(20, 200);
    for (int[] block : held) {
      if (block[1] < 3 && random.nextInt(kept) == 0) {
        machine.allocator().freePages(cpu, block[0], block[1]);
      }
    }
  }

  private static boolean fails(Machine machine, Cpu cpu, int gfp, int order) {
    machine.log().clear();
    Trail trail = new Trail();
    if (machine.allocator().allocPagesTraced(cpu, gfp, order, trail) != Pfn.NONE) {
      return false;
    }
    String log = String.join("\n", machine.log().lines()) + "\n";
    List<MemoryReport> reports = read(log);
    assertThat(reports).as(log).hasSize(1);
    Explanation explanation = new Explainer().judge(reports.getFirst());
    String what = trail.render() + log + explanation.zones();
    assertThat(explanation.explained()).as(what).isTrue();
    Map<String, TrailStep.Test> tests = lastTests(trail);
    assertThat(explanation.zones().stream().filter(ZoneVerdict::eligible).map(OwnReportTest::name))
        .as(what)
        .containsExactlyElementsOf(tests.keySet());
    for (ZoneVerdict zone : explanation.zones()) {
      TrailStep.Test test = tests.get(name(zone));
      if (test != null && zone.test() != null) {
        assertThat(zone.test().margin()).as(what).isEqualTo(test.margin());
        assertThat(zone.verdict()).as(what).isIn(possible(test));
      }
    }
    return true;
  }

  private static List<MemoryReport> read(String log) {
    List<MemoryReport> reports = new ArrayList<>();
    byte[] bytes = log.getBytes(StandardCharsets.UTF_8);
    try (LogReader reader = LogReader.open("dmesg", new ByteArrayInputStream(bytes))) {
      reader.forEachRemaining(reports::add);
    }
    return reports;
  }

  /** The tests of the last walk over the zonelist, in its order. */
  private static Map<String, TrailStep.Test> lastTests(Trail trail) {
    Map<String, TrailStep.Test> tests = new LinkedHashMap<>();
    for (TrailStep step : trail.steps()) {
      switch (step) {
        case TrailStep.Pass _ -> tests.clear();
        case TrailStep.Test test -> tests.put(test.zone().toString(), test);
        default -> {
          // Other steps test no zone.
        }
      }
    }
    return tests;
  }

  private static String name(ZoneVerdict zone) {
    return "Node " + zone.zone().node() + " zone " + zone.zone().name();
  }

  private static List<Verdict> possible(TrailStep.Test test) {
    if (test.margin() > 0) {
      return List.of(Verdict.NO_BLOCK, Verdict.BLOCKS_UNUSABLE);
    }
    long beforeReserve = test.free() - test.restOfBlock() - test.lowered();
    return List.of(beforeReserve > 0 ? Verdict.BELOW_MIN_PLUS_RESERVE : Verdict.BELOW_MIN);
  }
}
