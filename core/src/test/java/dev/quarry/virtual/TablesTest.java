package dev.quarry.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Page tables against a hash map, and against entries written by hand from the manual. */
class TablesTest {
  /** Three large pages and a bit, across the end of a table of each level. */
  static final int WINDOW_PAGES = 3300;

  private static final int STEPS = 250;

  @ParameterizedTest
  @CsvSource({"X86_64,1", "X86_64,2", "X86_64,3", "X86_32,4", "X86_32,5"})
  void tablesAreLikeAMap(PageTableLayout layout, long seed) {
    List<TablesRun.Step> steps = draw(new Random(seed));
    String wrong = play(layout, steps);
    if (wrong != null) {
      List<TablesRun.Step> fewer = shrink(steps, some -> play(layout, some) != null);
      throw new AssertionError("seed " + seed + ": " + play(layout, fewer) + "\n" + fewer);
    }
  }

  /** Leaves out steps, from many at once to one, as long as it still fails. */
  private static List<TablesRun.Step> shrink(
      List<TablesRun.Step> failing, Predicate<List<TablesRun.Step>> fails) {
    List<TablesRun.Step> steps = failing;
    for (int chunk = Math.max(1, steps.size() / 2); chunk > 0; chunk /= 2) {
      for (int from = 0; from < steps.size(); ) {
        List<TablesRun.Step> fewer = new ArrayList<>(steps.subList(0, from));
        fewer.addAll(steps.subList(Math.min(steps.size(), from + chunk), steps.size()));
        if (fails.test(fewer)) {
          steps = fewer;
        } else {
          from += chunk;
        }
      }
    }
    return steps;
  }

  private static String play(PageTableLayout layout, List<TablesRun.Step> steps) {
    try (Machine machine = Spaces.of(layout)) {
      TablesRun run = new TablesRun(machine, base(layout));
      String wrong = run.all(steps);
      if (wrong == null && steps.size() == STEPS) {
        assertThat(run.mapped).as("pages mapped").isGreaterThan(1000);
        assertThat(run.faults).as("faults").isGreaterThan(10);
      }
      return wrong;
    }
  }

  /** Two large pages below the end of a PUD's span; of a 4 MiB entry for two levels. */
  private static long base(PageTableLayout layout) {
    return layout == PageTableLayout.X86_64
        ? (1L << 39) - 2 * layout.largeBytes()
        : 0x3000_0000L - 2 * layout.largeBytes();
  }

  private static List<TablesRun.Step> draw(Random random) {
    TablesRun.Kind[] kinds = TablesRun.Kind.values();
    List<TablesRun.Step> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      TablesRun.Kind kind =
          random.nextInt(3) == 0 ? TablesRun.Kind.ACCESS : kinds[random.nextInt(kinds.length)];
      int pages = 1 + random.nextInt(random.nextInt(4) == 0 ? 1500 : 60);
      int from = random.nextInt(WINDOW_PAGES - (kind == TablesRun.Kind.MAP_LARGE ? 1024 : pages));
      steps.add(new TablesRun.Step(kind, from, pages, random.nextInt(1 << 16)));
    }
    return steps;
  }

  /** Intel SDM, volume 3, 5.5: entries made by hand, and what the walker makes of them. */
  @Test
  void theWalkerReadsHandMadeEntries64() {
    try (Machine machine = Spaces.wide()) {
      Cpu cpu = machine.cpu(0);
      Ram ram = machine.ram();
      PageTables tables =
          PageTables.create(machine.kernelSpace().tables().memory(), cpu, Gfp.GFP_KERNEL);
      long pud = machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL | Gfp.ZERO) * 4096L;
      long pmd = machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL | Gfp.ZERO) * 4096L;
      long pte = machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL | Gfp.ZERO) * 4096L;
      // Address 0x0000_0080_4060_3abc: PGD 1, PUD 1, PMD 3, PTE 3, offset 0xabc.
      long address = 1L << 39 | 1L << 30 | 3L << 21 | 3L << 12 | 0xabc;
      ram.putLong(tables.root() + 8, pud | 0x7);
      ram.putLong(pud + 8, pmd | 0x7);
      ram.putLong(pmd + 3 * 8, pte | 0x7);
      ram.putLong(pte + 3 * 8, 0x8000_0000_0123_4001L);
      assertThat(tables.translate(address, Access.READ)).isEqualTo(0x123_4abcL);
      assertThat(ram.getLong(pte + 3 * 8)).as("accessed").isEqualTo(0x8000_0000_0123_4021L);
      assertThat(ram.getLong(tables.root() + 8)).isEqualTo(pud | 0x27);
      assertThat(ram.getLong(pud + 8)).isEqualTo(pmd | 0x27);
      assertThat(ram.getLong(pmd + 3 * 8)).isEqualTo(pte | 0x27);
      assertThat(tables.translate(address, Access.WRITE)).as("read-only").isEqualTo(-1);
      assertThat(tables.translate(address, Access.FETCH)).as("NX").isEqualTo(-1);
      assertThat(tables.translate(address, Access.USER)).as("supervisor").isEqualTo(-1);
      ram.putLong(pte + 3 * 8, 0x123_4007L);
      assertThat(tables.translate(address, Access.WRITE | Access.USER)).isEqualTo(0x123_4abcL);
      assertThat(ram.getLong(pte + 3 * 8)).as("and dirty").isEqualTo(0x123_4067L);
      ram.putLong(pmd + 3 * 8, 0x0060_0083L);
      assertThat(tables.translate(address, Access.WRITE)).as("2 MiB").isEqualTo(0x60_3abcL);
      assertThat(ram.getLong(pmd + 3 * 8)).isEqualTo(0x0060_00e3L);
      ram.putLong(pud + 8, pmd | 0x1);
      assertThat(tables.translate(address, Access.WRITE)).as("every level").isEqualTo(-1);
      assertThat(tables.fault(address, Access.WRITE).errorCode()).isEqualTo(3);
    }
  }

  @Test
  void theWalkerReadsHandMadeEntries32() {
    try (Machine machine = Spaces.narrow()) {
      Cpu cpu = machine.cpu(0);
      Ram ram = machine.ram();
      PageTables tables =
          PageTables.create(machine.kernelSpace().tables().memory(), cpu, Gfp.GFP_KERNEL);
      long pte = machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL | Gfp.ZERO) * 4096L;
      // Address 0x0804_8abc: PGD 32, PTE 72.
      ram.putInt(tables.root() + 32 * 4, (int) pte | 0x7);
      ram.putInt(pte + 72 * 4, 0x0234_5005);
      assertThat(tables.translate(0x0804_8abcL, Access.USER | Access.FETCH)).isEqualTo(0x234_5abcL);
      assertThat(ram.getInt(pte + 72 * 4)).isEqualTo(0x0234_5025);
      ram.putInt(tables.root() + 1023 * 4, 0xffc0_0083);
      assertThat(tables.translate(0xffff_fffcL, Access.WRITE)).as("4 MiB").isEqualTo(0xffff_fffcL);
      assertThat(ram.getInt(tables.root() + 1023 * 4)).isEqualTo(0xffc0_00e3);
      assertThat(tables.translate(1L << 32, Access.READ)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(PageTableLayout.class)
  void entriesAreDecoded(PageTableLayout layout) {
    assertThat(PteState.of(layout, 0, 0)).isEqualTo(new PteState.Absent());
    PteState state = PteState.of(layout, 0x0123_4000L | Pte.PRESENT | Pte.RW | Pte.DIRTY, 0);
    assertThat(state).isInstanceOf(PteState.Present.class);
    assertThat(((PteState.Present) state).words()).isEqualTo("RW D");
    PteState none = PteState.of(layout, 0x0123_4000L | Pte.PROTNONE, 0);
    assertThat(((PteState.Present) none).isAccessible()).isFalse();
    assertThat(((PteState.Present) none).frame()).isEqualTo(0x1234);
    long most = layout == PageTableLayout.X86_64 ? (1L << 50) - 2 : (1L << 23) - 1;
    for (long offset : new long[] {0, 1, 0x1234, most}) {
      for (int type = 0; type < 32; type++) {
        if (offset != 0 || type != 0 || layout == PageTableLayout.X86_64) {
          long entry = Pte.swapped(layout, type, offset);
          assertThat(entry & (Pte.PRESENT | Pte.PROTNONE)).isZero();
          assertThat(PteState.of(layout, entry, 0)).isEqualTo(new PteState.Swapped(type, offset));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(PageTableLayout.class)
  void mistakesAreRefused(PageTableLayout layout) {
    try (Machine machine = Spaces.of(layout)) {
      Cpu cpu = machine.cpu(0);
      PageTables tables =
          PageTables.create(machine.kernelSpace().tables().memory(), cpu, Gfp.GFP_KERNEL);
      long large = layout.largeBytes();
      long pages = layout.pages(1);
      tables.mapRange(cpu, Gfp.GFP_KERNEL, large, pages, 0, Pte.PRESENT, 1);
      assertThatThrownBy(() -> tables.map(cpu, Gfp.GFP_KERNEL, large, new int[1], 0, 1, 1))
          .hasMessageContaining("in a large page already");
      assertThatThrownBy(() -> tables.unmap(large, 1)).hasMessageContaining("a large page of");
      assertThatThrownBy(() -> tables.protect(large + 4096, pages - 1, 0, 2))
          .hasMessageContaining("a large page of");
      tables.map(cpu, Gfp.GFP_KERNEL, 0, new int[] {5}, 0, 1, Pte.PRESENT);
      assertThatThrownBy(() -> tables.map(cpu, Gfp.GFP_KERNEL, 0, new int[] {6}, 0, 1, 1))
          .hasMessageContaining("shows a page already");
      assertThatThrownBy(() -> tables.freeTables(cpu, 0, pages))
          .hasMessageContaining("a PTE table is to be freed and its entry 0 is in use");
      assertThat(tables.translate(0, Access.READ)).isEqualTo(5 * 4096);
    }
  }

  /** 32-bit: a space that was made before the kernel's table misses it until the fault copies. */
  @Test
  void theVmallocFaultCopiesTheRootsEntry() {
    try (Machine machine = Spaces.narrow()) {
      Cpu cpu = machine.cpu(0);
      KernelSpace space = machine.kernelSpace();
      PageTables process = space.processTables(cpu);
      long direct = space.layout().directStart() + 0x20_0000;
      assertThat(process.translate(direct, Access.READ)).isEqualTo(0x20_0000);
      long address = space.vmalloc().vmalloc(cpu, 4096, "test");
      assertThat(process.translate(address, Access.READ)).isEqualTo(-1);
      assertThat(process.fault(address, Access.READ).level()).isEqualTo("PGD");
      assertThat(process.shareEntry(space.tables(), address)).isTrue();
      assertThat(process.translate(address, Access.READ))
          .isEqualTo(space.tables().translate(address, Access.READ));
      assertThat(process.shareEntry(space.tables(), address)).as("spurious").isFalse();
      assertThat(machine.invariants()).isEmpty();
      long all = process.layout().allPages();
      assertThatThrownBy(() -> process.freeTables(cpu, 0, all)).hasMessageContaining("are shared");
      process.close(cpu);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** 64-bit: the tables of vmalloc space are shared from the beginning, there is no such fault. */
  @Test
  void processesOfAWideKernelSeeAreasAtOnce() {
    try (Machine machine = Spaces.wide()) {
      Cpu cpu = machine.cpu(0);
      KernelSpace space = machine.kernelSpace();
      PageTables process = space.processTables(cpu);
      long address = space.vmalloc().vmalloc(cpu, 4096, "test");
      assertThat(process.translate(address, Access.WRITE))
          .isPositive()
          .isEqualTo(space.tables().translate(address, Access.WRITE));
      process.map(cpu, Gfp.GFP_KERNEL, 0x40_0000, new int[] {9}, 0, 1, Pte.PRESENT | Pte.USER);
      assertThat(process.translate(0x40_0008, Access.USER)).isEqualTo(9 * 4096 + 8);
      assertThat(space.tables().translate(0x40_0008, Access.READ)).as("its own half").isEqualTo(-1);
      assertThat(machine.invariants()).isEmpty();
      process.unmap(0x40_0000, 1);
      assertThat(process.freeTables(cpu, 0, space.layout().userPages())).isEqualTo(3);
      process.close(cpu);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
