package dev.quarry.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Areas of vmalloc space: they do not overlap, keep their contents, and are found first fit. */
class AreasTest {
  /** An area that the test holds. */
  private record Held(long address, int pages, long stamp, char kind) {}

  @ParameterizedTest
  @CsvSource({"X86_64,1", "X86_64,2", "X86_32,3", "X86_32,4"})
  void areasComeAndGo(PageTableLayout layout, long seed) {
    Random random = new Random(seed);
    try (Machine machine = Spaces.of(layout)) {
      KernelSpace space = machine.kernelSpace();
      long free = Spaces.free(machine);
      int frame = machine.allocator().allocPage(machine.cpu(0), Gfp.GFP_KERNEL);
      TreeMap<Long, Held> held = new TreeMap<>();
      for (int step = 0; step < 400; step++) {
        Cpu cpu = machine.cpu(random.nextInt(2));
        boolean filling = step / 60 % 2 == 0;
        if (held.isEmpty() || random.nextInt(10) < (filling ? 7 : 3)) {
          take(space, cpu, random, frame, held);
        } else {
          Held victim = new ArrayList<>(held.values()).get(random.nextInt(held.size()));
          held.remove(victim.address);
          giveBack(space, cpu, victim);
        }
        if (random.nextInt(60) == 0) {
          space.purge(cpu);
        }
        assertThat(VirtualInvariants.check(space)).as("seed %d, step %d", seed, step).isEmpty();
      }
      held.values().forEach(area -> giveBack(space, machine.cpu(0), area));
      space.purge(machine.cpu(0));
      assertThat(machine.allocator().freePage(machine.cpu(0), frame)).isTrue();
      long tables = space.tables().memory().counts().tablesAllocated();
      assertThat(space.vmalloc().nrPages()).isZero();
      assertThat(machine.invariants()).isEmpty();
      assertThat(free - Spaces.free(machine)).as("only tables stay").isBetween(0L, tables);
    }
  }

  private static void take(
      KernelSpace space, Cpu cpu, Random random, int frame, TreeMap<Long, Held> held) {
    int pages = 1 + random.nextInt(random.nextInt(8) == 0 ? 700 : 12);
    char kind = "aaaaaami".charAt(random.nextInt(8));
    long bytes = (long) pages * 4096 - random.nextInt(4096);
    int[] frames = new int[pages];
    Arrays.fill(frames, frame);
    long expected = firstFit(space, pages + 1);
    long address =
        switch (kind) {
          case 'm' -> space.vmap().vmap(cpu, frames, Pte.PAGE_KERNEL, "vmap test");
          case 'i' -> space.ioremap().ioremap(cpu, 4L << 20, Math.min(bytes, 2 << 20), "io test");
          default -> space.vmalloc().vmalloc(cpu, bytes, "test");
        };
    if (kind == 'i') {
      pages = Math.min(pages, 512);
    }
    assertThat(address).isNotEqualTo(Vmalloc.NO_ADDRESS);
    assertThat(kind == 'i' || address == expected).as("first fit, %x", address).isTrue();
    Held area = new Held(address, pages, random.nextLong(), kind);
    var below = held.floorEntry(address);
    var above = held.ceilingEntry(address);
    if (below != null) {
      assertThat(address).isGreaterThan(below.getKey() + below.getValue().pages * 4096L);
    }
    if (above != null) {
      assertThat(above.getKey()).isGreaterThan(address + pages * 4096L);
    }
    held.put(address, area);
    for (int page = 0; page < pages && kind == 'a'; page++) {
      space.mmu().store(address + page * 4096L + page % 500 * 8, 8, area.stamp + page, 0);
    }
  }

  private static long firstFit(KernelSpace space, int pages) {
    long at = space.layout().vmallocStart();
    for (VmArea area : space.areaList()) {
      if (area.address() - at >= pages * 4096L) {
        return at;
      }
      at = area.address() + area.bytes();
    }
    return at;
  }

  private static void giveBack(KernelSpace space, Cpu cpu, Held area) {
    for (int page = 0; page < area.pages && area.kind == 'a'; page++) {
      assertThat(space.mmu().load(area.address + page * 4096L + page % 500 * 8, 8, 0))
          .isEqualTo(area.stamp + page);
    }
    boolean freed =
        switch (area.kind) {
          case 'm' -> space.vmap().vunmap(cpu, area.address);
          case 'i' -> space.ioremap().iounmap(cpu, area.address);
          default -> space.vmalloc().vfree(cpu, area.address);
        };
    assertThat(freed).isTrue();
    assertThat(space.vmalloc().vmallocToPage(area.address)).isEqualTo(Pfn.NONE);
  }

  /** The picture of the course: the first hole that is large enough, guards counted. */
  @Test
  void theFirstHoleThatIsLargeEnough() {
    try (Machine machine = Spaces.wide()) {
      KernelSpace space = machine.kernelSpace();
      Cpu cpu = machine.cpu(0);
      List<Long> areas = new ArrayList<>();
      for (int pages : new int[] {1, 2, 3, 4, 5}) {
        areas.add(space.vmalloc().vmalloc(cpu, pages * 4096L, "test"));
      }
      assertThat(places(space)).isEqualTo("a-aa-aaa-aaaa-aaaaa-");
      space.vmalloc().vfree(cpu, areas.get(1));
      space.vmalloc().vfree(cpu, areas.get(3));
      assertThat(places(space)).as("lazy: still taken").isEqualTo("a-zzzaaa-zzzzzaaaaa-");
      space.vmalloc().vmalloc(cpu, 4096, "test");
      assertThat(places(space)).isEqualTo("a-zzzaaa-zzzzzaaaaa-a-");
      space.purge(cpu);
      assertThat(places(space)).isEqualTo("a-   aaa-     aaaaa-a-");
      space.vmalloc().vmalloc(cpu, 3 * 4096, "test");
      assertThat(places(space)).isEqualTo("a-   aaa-aaa- aaaaa-a-");
      space.vmalloc().vmalloc(cpu, 2 * 4096, "test");
      assertThat(places(space)).isEqualTo("a-aa-aaa-aaa- aaaaa-a-");
      assertThat(machine.tlbCounts().ranges()).isEqualTo(1);
      assertThat(machine.tlbCounts().singlePages())
          .as("from the first lazy page to the end of the last lazy area")
          .isEqualTo(12);
    }
  }

  private static String places(KernelSpace space) {
    StringBuilder out = new StringBuilder();
    for (VmArea area : space.areaList()) {
      int from = (int) (area.address() - space.layout().vmallocStart() >>> 12);
      int pages = (int) (area.bytes() >>> 12);
      out.append(" ".repeat(from - out.length()));
      out.append(area.isLazy() ? "z".repeat(pages) : "a".repeat(pages - 1) + "-");
    }
    return out.toString();
  }

  /** 32 MiB for each doubling of CPUs may be lazy: two CPUs, 64 MiB. */
  @Test
  void lazyAreasArePurgedTogether() {
    try (Machine machine = Spaces.wide()) {
      KernelSpace space = machine.kernelSpace();
      Cpu cpu = machine.cpu(0);
      int freed = 0;
      long entries = space.tables().memory().counts().entriesCleared();
      while (machine.tlbCounts().ranges() == 0) {
        long address = space.vmalloc().vmalloc(cpu, 4 << 20, "test");
        assertThat(space.vmalloc().vfree(cpu, address)).isTrue();
        freed++;
      }
      // An area of 4 MiB has 1,025 pages, its array of 8 KiB three, all with their guards.
      assertThat(freed).isEqualTo((64 << 20 >> 12) / (1025 + 3) + 1);
      assertThat(space.tables().memory().counts().entriesCleared() - entries)
          .isEqualTo(freed * (1024L + 2));
      assertThat(machine.tlbCounts().full()).isEqualTo(1);
      assertThat(machine.tlbCounts().interrupts()).as("the other CPU").isEqualTo(1);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void whenAddressesRunOutLazyOnesAreTakenBack() {
    // Low memory to 892 MiB leaves 112 MiB for vmalloc and what lies above it.
    try (Machine machine =
        Spaces.of(
            "cpus 0-1",
            "contents none",
            "memory 0-2G",
            "zone DMA below=16M",
            "zone Normal below=892M",
            "zone HighMem")) {
      KernelSpace space = machine.kernelSpace();
      Cpu cpu = machine.cpu(0);
      long total = space.layout().vmallocPages();
      int lazy = 14_000; // fewer than the 16,384 that may be lazy
      long first = space.vmalloc().vmalloc(cpu, lazy * 4096L, "test");
      int second = (int) (total - lazy - 300);
      assertThat(space.vmalloc().vmalloc(cpu, second * 4096L, "test")).isPositive();
      space.vmalloc().vfree(cpu, first);
      assertThat(machine.tlbCounts().ranges()).isZero();
      assertThat(space.vmalloc().vmalloc(cpu, 1 << 21, "test")).isEqualTo(first);
      assertThat(machine.tlbCounts().ranges()).isEqualTo(1);
      assertThat(space.vmalloc().vmalloc(cpu, lazy * 4096L, "test")).isEqualTo(Vmalloc.NO_ADDRESS);
      assertThat(machine.log().lines())
          .anyMatch(line -> line.startsWith("vmalloc_node_range for size 57348096 failed: Address"))
          .anyMatch(line ->
              line.startsWith(
                  "quarry: vmalloc error: size 57344000, vm_struct allocation failed, mode:"));
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(PageTableLayout.class)
  void misuseIsReportedAndChangesNothing(PageTableLayout layout) {
    try (Machine machine = Spaces.of(layout)) {
      KernelSpace space = machine.kernelSpace();
      Cpu cpu = machine.cpu(0);
      Vmalloc vmalloc = space.vmalloc();
      long address = vmalloc.vmalloc(cpu, 8192, "test");
      long io = space.ioremap().ioremap(cpu, 4 << 20, 100, "io");
      assertThat(vmalloc.vfree(cpu, 0)).isTrue();
      String hex = layout.hex(address + 4096);
      expect(
          machine,
          vmalloc.vfree(cpu, address + 4096),
          "Trying to vfree() nonexistent vm area (" + hex + ")");
      expect(machine, vmalloc.vfree(cpu, address + 8), "Trying to vfree() bad address (");
      expect(machine, vmalloc.vfree(cpu, io), "Trying to vfree() nonexistent vm area");
      expect(machine, space.vmap().vunmap(cpu, address), "Trying to vunmap() nonexistent vm area");
      expect(machine, space.ioremap().iounmap(cpu, address), "iounmap: bad address");
      assertThat(vmalloc.vfree(cpu, address)).isTrue();
      expect(machine, vmalloc.vfree(cpu, address), "Trying to vfree() nonexistent vm area");
      expect(machine, vmalloc.vmalloc(cpu, 0, "test") != 0, "vmalloc of 0 bytes");
      long much = 1L << 40;
      expect(
          machine,
          vmalloc.vmalloc(cpu, much, "test") != 0,
          "quarry: vmalloc error: size 1099511627776, exceeds total pages, mode:0xcc0(GFP_KERNEL), nodemask=(null)");
      expect(
          machine,
          vmalloc.vmallocNode(cpu, 4096, Gfp.GFP_ATOMIC, Vmalloc.ANY_NODE, "irq") != 0,
          "BUG: sleeping function called from invalid context");
      expect(
          machine,
          space.ioremap().ioremap(cpu, 0x70_0000, 4096, "io") != 0,
          "ioremap on RAM at 0x");
      expect(
          machine,
          space.ioremap().ioremap(cpu, 0x5f_f000, 4097, "io") != 0,
          "ioremap on RAM at 0x");
      expect(
          machine,
          space.ioremap().ioremap(cpu, 1L << 60, 1, "io") != 0,
          "ioremap: invalid physical address 1000000000000000");
      expect(machine, space.ioremap().ioremap(cpu, 4096, -1, "io") != 0, "ioremap of -1 bytes");
      assertThat(space.ioremap().iounmap(cpu, io + 99)).isTrue();
    }
  }

  private static void expect(Machine machine, boolean done, String line) {
    assertThat(done).as(line).isFalse();
    assertThat(machine.log().lines()).anyMatch(text -> text.startsWith(line));
    machine.log().clear();
    assertThat(machine.invariants()).isEmpty();
  }

  @Test
  void devicesAreMappedUncachedAndInLargeEntries() {
    try (Machine machine = Spaces.wide()) {
      KernelSpace space = machine.kernelSpace();
      Cpu cpu = machine.cpu(0);
      long registers = space.ioremap().ioremap(cpu, 0xfee0_0010L, 16, "apic");
      assertThat(registers & 4095).isEqualTo(0x10);
      PteState.Present entry = (PteState.Present) space.tables().state(registers);
      assertThat(entry.words()).isEqualTo("RW PCD A D GLB NX");
      assertThat(space.mmu().load(registers, 4, 0)).as("nobody answers").isEqualTo(0xffff_ffffL);
      space.mmu().store(registers, 4, 0, 0);
      assertThat(space.mmu().load(registers, 8, 0)).isEqualTo(-1);
      long written = space.tables().memory().counts().entriesWritten();
      long frameBuffer = space.ioremap().ioremap(cpu, 0xe000_0000L, 4 << 20, "fb");
      assertThat(frameBuffer & (4 << 20) - 1).isZero();
      assertThat(space.tables().memory().counts().entriesWritten() - written).isEqualTo(2);
      assertThat(((PteState.Present) space.tables().state(frameBuffer)).words()).contains("PSE");
      assertThat(space.ioremap().iounmap(cpu, frameBuffer)).isTrue();
      long reserved = space.ioremap().ioremap(cpu, 4 << 20, 2 << 20, "reserved");
      space.mmu().store(reserved + 8, 8, 42, 0);
      assertThat(machine.ram().getLong((4 << 20) + 8)).isEqualTo(42);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
