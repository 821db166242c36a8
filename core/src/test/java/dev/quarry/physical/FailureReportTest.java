package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The report of a failed allocation, line by line in the shape of reports that real kernels wrote,
 * and its numbers: they must be the machine's, and add up.
 */
class FailureReportTest {
  private static final Pattern VALUE = Pattern.compile(" ([a-z_]+):(\\d+)[kK]B");
  private static final Pattern BLOCKS =
      Pattern.compile("(\\d+)\\*(\\d+)kB (?:\\(([UMEHCI]+)\\) )?");
  private static final Pattern TOTAL = Pattern.compile("= (\\d+)kB$");

  /** Two nodes of memory that is in use and in pieces, all types of lists filled. */
  private final Machine machine =
      TestMachines.of(
          "node 0 distance=10,20,20",
          "node 1 distance=20,10,20",
          "node 2 distance=20,20,10",
          "cpus 0-1 node=0",
          "cpus 2 node=1",
          "memory 0x1000-40M node=0",
          "memory 40M-64M node=1",
          "reserved 20M-20508K kernel",
          "zone DMA below=16M",
          "zone DMA32 below=4G",
          "zone Normal",
          "zone Movable",
          "zone Device");

  private static List<String> real(String file) throws IOException {
    try (InputStream in = FailureReportTest.class.getResourceAsStream(file)) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** What is left of a line without its numbers, names and letters. */
  private static String shape(String line) {
    return line.replaceAll("^\\w+: page alloc", "COMM: page alloc")
        .replaceAll("Comm: \\w+ Not tainted \\S+", "Comm: COMM Not tainted RELEASE")
        .replaceAll("mode:0x[0-9a-f]+\\([A-Z_|]+\\)", "mode:MASK")
        .replaceAll("mems_allowed=[0-9,-]+", "mems_allowed=NODES")
        .replaceAll("(Node \\d+) (DMA32|DMA|Normal|HighMem|Movable)\\b", "$1 ZONE")
        .replaceAll("\\([UMEHCI]+\\) ", "")
        .replaceAll("\\d+", "N")
        .replaceAll("(lowmem_reserve\\[\\]:)( N)+", "$1 PAGES")
        .replaceAll("(N\\*NkB )+", "BLOCKS ");
  }

  private List<String> report(int gfp, int order) {
    machine.log().clear();
    while (machine.allocator().allocPages(machine.cpu(0), gfp, order) != Pfn.NONE) {
      machine.allocator().allocPages(machine.cpu(1), Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN, 1);
      machine.allocator().allocPages(machine.cpu(2), Gfp.GFP_ATOMIC | Gfp.NOWARN, 2);
    }
    return machine.log().lines();
  }

  @Test
  void everyLineHasTheShapeOfARealOneAndStandsInItsPlace() throws IOException {
    List<String> ours =
        report(Gfp.GFP_KERNEL | Gfp.COMP, 3).stream().map(FailureReportTest::shape).toList();
    List<String> shapes = real("failure-6.19.log").stream().map(FailureReportTest::shape).toList();
    assertThat(ours.getFirst()).isEqualTo(shapes.getFirst());
    List<String> order = new ArrayList<>(shapes.stream().distinct().toList());
    order.add(order.indexOf("N pages hwpoisoned"), "N pages cma reserved"); // as in 6.17's
    int at = 0;
    for (String line : ours) {
      int place = order.indexOf(line);
      assertThat(place).as("a shape that no kernel writes: %s", line).isNotNegative();
      boolean again = line.contains("ZONE") || line.startsWith("lowmem") || line.startsWith("Node");
      assertThat(again || place >= at).as("out of place: %s", line).isTrue();
      at = place;
    }
    List<String> missing = new ArrayList<>(order);
    missing.removeAll(ours);
    assertThat(missing).allMatch(line -> line.contains("hugepages"));
    assertThat(shape(real("failure-6.17.log").getLast())).isEqualTo("N pages cma reserved");
  }

  @Test
  void theNumbersAreTheMachinesAndAddUp() {
    Zone first = machine.memory().zones().getFirst();
    first.watermarkBoost = 7;
    List<String> lines = report(Gfp.GFP_KERNEL, 3);
    long free = 0;
    long perCpu = 0;
    for (Zone zone : machine.memory().zones()) {
      if (zone.isPopulated()) {
        String prefix = "Node " + zone.node().id() + " " + zone.label();
        zone(zone, line(lines, prefix + " free:"));
        blocks(zone, line(lines, prefix + ": "));
        free += zone.freePages();
        perCpu += zone.pcpPages();
      }
    }
    assertThat(lines).contains(" free:" + free + " free_pcp:" + perCpu + " free_cma:0");
    assertThat(lines).contains((16_384 - 1) + " pages RAM", 7 + " pages reserved");
    assertThat(lines).noneMatch(line -> line.startsWith("Node 2"));
    assertThat(lines.getFirst())
        .isEqualTo(
            "quarry: page allocation failure: order:3, mode:0xcc0(GFP_KERNEL),"
                + " nodemask=(null),cpuset=/,mems_allowed=0-1");
    assertThat(lines.get(1)).isEqualTo("CPU: 0 UID: 0 PID: 1 Comm: quarry Not tainted 6.18 #1");
  }

  private static String line(List<String> lines, String prefix) {
    List<String> found = lines.stream().filter(line -> line.startsWith(prefix)).toList();
    assertThat(found).as(prefix).hasSize(1);
    return found.getFirst();
  }

  private void zone(Zone zone, String line) {
    Matcher values = VALUE.matcher(line);
    List<String> names = new ArrayList<>();
    while (values.find()) {
      long pages = Long.parseLong(values.group(2)) / 4;
      names.add(values.group(1));
      long expected =
          switch (values.group(1)) {
            case "free" -> zone.freePages();
            case "boost" -> zone.watermarkBoost();
            case "min" -> zone.mark(Zone.MIN);
            case "low" -> zone.mark(Zone.LOW);
            case "high" -> zone.mark(Zone.HIGH);
            case "reserved_highatomic" -> zone.reservedHighatomic();
            case "free_highatomic" -> zone.freeHighatomic();
            case "present" -> zone.present();
            case "managed" -> zone.managed();
            case "free_pcp" -> zone.pcp(0).count() + zone.pcp(1).count() + zone.pcp(2).count();
            case "local_pcp" -> zone.pcp(0).count();
            default -> 0;
          };
      assertThat(pages).as("%s in %s", values.group(1), line).isEqualTo(expected);
    }
    assertThat(names).contains("free", "boost", "min", "managed", "local_pcp", "free_cma");
  }

  private static void blocks(Zone zone, String line) {
    Matcher blocks = BLOCKS.matcher(line);
    long kbytes = 0;
    int order = 0;
    for (; blocks.find(); order++) {
      long count = Long.parseLong(blocks.group(1));
      assertThat(Long.parseLong(blocks.group(2))).isEqualTo(4L << order);
      assertThat(count).as("order %d in %s", order, line).isEqualTo(zone.area(order).nrFree());
      StringBuilder letters = new StringBuilder();
      for (int type = 0; type < MigrateType.COUNT; type++) {
        letters.append(zone.isEmpty(order, type) ? "" : "UMEHCI".charAt(type));
      }
      String shown = blocks.group(3);
      assertThat(shown == null ? "" : shown).as(line).isEqualTo(letters.toString());
      kbytes += count * (4L << order);
    }
    assertThat(order).isEqualTo(11);
    Matcher total = TOTAL.matcher(line);
    assertThat(total.find()).isTrue();
    assertThat(Long.parseLong(total.group(1))).isEqualTo(kbytes).isEqualTo(4 * zone.freePages());
  }

  @Test
  void zonesAndNodesThatTheRequestCouldNotUseAreLeftOut() {
    List<String> lines = report(Gfp.GFP_KERNEL | Gfp.DMA, 0);
    assertThat(lines).anyMatch(line -> line.startsWith("Node 0 DMA free:"));
    assertThat(lines).noneMatch(line -> line.startsWith("Node 0 DMA32"));
    assertThat(lines).noneMatch(line -> line.startsWith("Node 1"));
  }

  @Test
  void aNodemaskThatStillHeldIsShown() {
    machine.log().clear();
    PageAllocator allocator = machine.allocator();
    for (int pfn = 0; pfn != Pfn.NONE; ) {
      pfn = allocator.allocPagesNode(machine.cpu(0), 0, 0b101, Gfp.GFP_KERNEL, 5, null);
    }
    assertThat(machine.log().lines().getFirst()).contains("nodemask=0,2,cpuset=/");
    machine.log().clear();
    for (int pfn = 0; pfn != Pfn.NONE; ) {
      pfn = allocator.allocPagesNode(machine.cpu(0), 0, 0b101, Gfp.GFP_ATOMIC, 5, null);
    }
    // It no longer held for a request that had dropped it.
    assertThat(machine.log().lines().getFirst()).contains("nodemask=(null),cpuset=/");
  }

  @Test
  void onAMachineWithoutMemoryForDmaARequestForItFailsSilently() {
    try (Machine high = TestMachines.of("memory 16M-64M", "zone DMA below=16M", "zone Normal")) {
      int none = high.allocator().allocPages(high.cpu(0), Gfp.GFP_KERNEL | Gfp.DMA, 0);
      assertThat(none).isEqualTo(Pfn.NONE);
      assertThat(high.allocator().failures()).isEqualTo(1);
      assertThat(high.log().lines()).isEmpty();
    }
  }

  @Test
  void aFloodOfReportsIsCutOff() {
    report(Gfp.GFP_KERNEL, 10);
    for (int i = 0; i < 20; i++) {
      machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_KERNEL, 10);
    }
    assertThat(machine.log().lines())
        .filteredOn(line -> line.contains("page allocation failure"))
        .hasSize(10);
    assertThat(machine.log().lines().getLast()).isEqualTo("warn_alloc: callbacks suppressed");
    assertThat(machine.allocator().failures()).isGreaterThanOrEqualTo(21);
  }

  @Test
  void olderKernelsShowNoUid() {
    try (Machine old = TestMachines.of("release 6.8", "memory 0-4M", "zone Normal")) {
      while (old.allocator().allocPages(old.cpu(0), Gfp.GFP_KERNEL, 9) != Pfn.NONE) {
        assertThat(old.log().lines()).isEmpty();
      }
      assertThat(old.log().lines().get(1))
          .isEqualTo("CPU: 0 PID: 1 Comm: quarry Not tainted 6.8 #1");
    }
  }
}
