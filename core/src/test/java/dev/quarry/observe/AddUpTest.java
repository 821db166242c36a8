package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files agree with each other, and with what a random load holds, on every preset. */
class AddUpTest {
  private static final int[] FLAGS = {
    Gfp.GFP_KERNEL,
    Gfp.GFP_ATOMIC,
    Gfp.GFP_HIGHUSER_MOVABLE,
    Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
    Gfp.GFP_USER | Gfp.COMP,
    Gfp.GFP_KERNEL | Gfp.DMA,
  };

  private record Block(int pfn, int order) {}

  /** A machine under load: what it holds, and the files as they are now. */
  private static final class Loaded {
    final Machine machine;
    final ProcFs files;
    final List<Block> held = new ArrayList<>();
    long requests;

    Loaded(Machine machine) {
      this.machine = machine;
      this.files = new ProcFs(machine.memory());
    }

    void run(Random random, int steps) {
      int maxOrder = machine.spec().maxOrder();
      for (int i = 0; i < steps; i++) {
        Cpu cpu = machine.cpu(random.nextInt(machine.cpus().size()));
        if (held.isEmpty() || random.nextInt(10) < 6) {
          alloc(random, cpu, Math.min(random.nextInt(maxOrder + 1), random.nextInt(maxOrder + 1)));
        } else {
          Block block = held.remove(random.nextInt(held.size()));
          assertThat(machine.allocator().freePages(cpu, block.pfn, block.order)).isTrue();
        }
      }
    }

    private void alloc(Random random, Cpu cpu, int order) {
      int gfp = FLAGS[random.nextInt(FLAGS.length)] | Gfp.NOWARN;
      int node = random.nextInt(machine.spec().nodes().size());
      int pfn =
          random.nextBoolean()
              ? machine.allocator().allocPages(cpu, gfp, order)
              : machine.allocator().allocPagesNode(cpu, node, -1, gfp, order, null);
      if (pfn != Pfn.NONE) {
        held.add(new Block(pfn, order));
        requests++;
      }
    }

    long heldPages() {
      return held.stream().mapToLong(block -> 1L << block.order).sum();
    }

    long heldIn(Zone zone) {
      return held.stream()
          .filter(block -> machine.memory().zoneOf(block.pfn) == zone)
          .mapToLong(block -> 1L << block.order)
          .sum();
    }

    Map<String, Long> numbers(String path) {
      return ProcText.numbers(files.read(path).orElseThrow());
    }

    Map<String, Long> node(Node node, String file) {
      String prefix = file.equals("meminfo") ? "Node " + node.id() + " " : "";
      String path = "/sys/devices/system/node/node" + node.id() + "/" + file;
      return ProcText.numbers(files.read(path).orElseThrow(), prefix);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"laptop", "server", "x86-32", "movable", "course", "huge", "tiny"})
  void filesAddUp(String preset) {
    long seed = preset.hashCode();
    try (Machine machine = Machine.boot(Presets.get(preset))) {
      Loaded loaded = new Loaded(machine);
      for (int round = 0; round < 3; round++) {
        loaded.run(new Random(seed + round), round * 700);
        String where = preset + " seed " + seed + " round " + round;
        zones(loaded, where);
        totals(loaded, where);
        nodes(loaded, where);
        resources(loaded, where);
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static void zones(Loaded loaded, String where) {
    var buddy = ProcText.buddyInfo(loaded.files.read("/proc/buddyinfo").orElseThrow());
    var types = ProcText.freeByType(loaded.files.read("/proc/pagetypeinfo").orElseThrow());
    var zoneInfo = ProcText.zoneInfo(loaded.files.read("/proc/zoneinfo").orElseThrow());
    assertThat(types.keySet()).as(where).isEqualTo(buddy.keySet());
    for (Zone zone : loaded.machine.memory().zones()) {
      String name = zone.node().id() + "/" + zone.label();
      String at = where + " " + name;
      Map<String, Long> numbers = zoneInfo.get(name).numbers();
      assertThat(buddy.containsKey(name)).as(at).isEqualTo(numbers.get("present") > 0);
      if (buddy.containsKey(name)) {
        long free = ProcText.pages(buddy.get(name));
        assertThat(numbers).as(at).containsEntry("free", free).containsEntry("nr_free_pages", free);
        if (buddy.get(name)[buddy.get(name).length - 1] < 100_000) {
          assertThat(types.get(name)).as(at).isEqualTo(buddy.get(name));
        }
        long perCpu =
            zoneInfo.get(name).pageSets().stream().mapToLong(set -> set.get("count")).sum();
        assertThat(free + perCpu + loaded.heldIn(zone)).as(at).isEqualTo(numbers.get("managed"));
      }
    }
  }

  private static void totals(Loaded loaded, String where) {
    var vmstat = loaded.numbers("/proc/vmstat");
    var meminfo = loaded.numbers("/proc/meminfo");
    var zoneInfo = ProcText.zoneInfo(loaded.files.read("/proc/zoneinfo").orElseThrow()).values();
    long managed = zoneInfo.stream().mapToLong(zone -> zone.numbers().get("managed")).sum();
    long free = zoneInfo.stream().mapToLong(zone -> zone.numbers().get("free")).sum();
    assertThat(vmstat).as(where).containsEntry("nr_free_pages", free);
    assertThat(meminfo)
        .as(where)
        .containsEntry("MemTotal", managed * 4)
        .containsEntry("MemFree", free * 4)
        .containsEntry("CommitLimit", managed / 2 * 4);
    assertThat(meminfo.get("MemAvailable")).as(where).isBetween(0L, free * 4);
    long allocated = sum(vmstat, "pgalloc_");
    assertThat(managed - (vmstat.get("pgfree") - allocated))
        .as(where)
        .isEqualTo(loaded.heldPages());
    assertThat(vmstat.get("numa_hit") + vmstat.get("numa_miss"))
        .as(where)
        .isEqualTo(loaded.requests);
    long mapped = sum(meminfo, "DirectMap");
    long low =
        loaded.machine.memory().zones().stream()
            .filter(zone -> !zone.isHighMem())
            .mapToLong(Zone::present)
            .sum();
    assertThat(mapped).as(where).isEqualTo(low * 4);
  }

  private static long sum(Map<String, Long> numbers, String prefix) {
    return numbers.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static void nodes(Loaded loaded, String where) {
    var vmstat = loaded.numbers("/proc/vmstat");
    var meminfo = loaded.numbers("/proc/meminfo");
    long total = 0;
    long free = 0;
    Map<String, Long> sums = new java.util.TreeMap<>();
    for (Node node : loaded.machine.memory().nodes()) {
      var own = loaded.node(node, "meminfo");
      assertThat(own.get("MemUsed")).isEqualTo(own.get("MemTotal") - own.get("MemFree"));
      total += own.get("MemTotal");
      free += own.get("MemFree");
      var numa = loaded.node(node, "numastat");
      assertThat(numa.get("local_node") + numa.get("other_node"))
          .as(where)
          .isEqualTo(numa.get("numa_hit") + numa.get("numa_miss"));
      loaded.node(node, "vmstat").forEach((name, value) -> sums.merge(name, value, Long::sum));
      assertThat(loaded.node(node, "vmstat")).containsEntry("numa_hit", numa.get("numa_hit"));
    }
    assertThat(total).as(where).isEqualTo(meminfo.get("MemTotal"));
    assertThat(free).as(where).isEqualTo(meminfo.get("MemFree"));
    assertThat(vmstat).as(where).containsAllEntriesOf(sums);
    assertThat(sums.get("numa_miss")).as(where).isEqualTo(sums.get("numa_foreign"));
  }

  private static void resources(Loaded loaded, String where) {
    long[] bytes = new long[2];
    for (String line : loaded.files.read("/proc/iomem").orElseThrow().lines().toList()) {
      String[] bounds = line.trim().split(" ")[0].split("-");
      bytes[line.startsWith("  ") ? 1 : 0] +=
          Long.parseLong(bounds[1], 16) - Long.parseLong(bounds[0], 16) + 1;
    }
    long page = loaded.machine.spec().pageSize();
    long present = loaded.machine.memory().zones().stream().mapToLong(Zone::present).sum();
    long managed = loaded.machine.memory().zones().stream().mapToLong(Zone::managed).sum();
    assertThat(bytes[0]).as(where).isEqualTo(present * page);
    assertThat(bytes[1]).as(where).isEqualTo((present - managed) * page);
  }
}
