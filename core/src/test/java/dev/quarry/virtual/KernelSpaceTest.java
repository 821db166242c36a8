package dev.quarry.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.NodeStat;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernel's half as it is built, and what an allocation costs in it, by hand-worked cases. */
class KernelSpaceTest {
  @ParameterizedTest
  @EnumSource(PageTableLayout.class)
  void theDirectMapShowsLowMemoryInLargeEntries(PageTableLayout layout) {
    try (Machine machine = Spaces.of(layout)) {
      KernelSpace space = machine.kernelSpace();
      DirectMap direct = machine.allocator().directMap();
      assertThat(space.layout().tables()).isEqualTo(layout);
      assertThat(space.tables().memory().counts().entriesWritten())
          .isEqualTo(direct.largeEntries() + direct.smallEntries());
      for (long physical = 0x1000; physical < direct.bytes(); physical += 0x1234) {
        assertThat(space.tables().translate(direct.va(physical), Access.WRITE)).isEqualTo(physical);
      }
      assertThat(space.tables().translate(direct.base(), Access.READ))
          .as("frame 0 is no RAM")
          .isEqualTo(PageTables.NO_TRANSLATION);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** x86-64: PGD; PUD and PMD of the direct map, a PTE for its first 2 MiB; 64 PUDs for vmalloc. */
  @Test
  void tablesOfAFreshKernel() {
    try (Machine machine = Spaces.wide()) {
      assertThat(machine.kernelSpace().tables().memory().tables()).isEqualTo(1 + 3 + 64);
      assertThat(machine.memory().nodes().getFirst().stat(NodeStat.NR_PAGE_TABLE_PAGES))
          .isEqualTo(68);
    }
    try (Machine machine = Spaces.narrow()) {
      // PGD; a PTE for the first 4 MiB, one for kmap(), one for kmap_local_page().
      assertThat(machine.kernelSpace().tables().memory().tables()).isEqualTo(1 + 1 + 1 + 1);
    }
  }

  @Test
  void whatAMebibyteCosts() {
    try (Machine machine = Spaces.wide()) {
      KernelSpace space = machine.kernelSpace();
      TableCounts counts = space.tables().memory().counts();
      long written = counts.entriesWritten();
      long tables = counts.tablesAllocated();
      Cpu cpu = machine.cpu(0);
      long address = space.vmalloc().vmalloc(cpu, 1 << 20, "test");
      assertThat(address).isEqualTo(0xffff_c900_0000_0000L);
      assertThat(counts.entriesWritten() - written).isEqualTo(256);
      assertThat(counts.tablesAllocated() - tables).as("a PMD and a PTE").isEqualTo(2);
      assertThat(space.vmalloc().nrPages()).isEqualTo(256);
      assertThat(space.vmalloc().vfree(cpu, address)).isTrue();
      assertThat(counts.entriesCleared()).isEqualTo(256);
      assertThat(machine.tlbCounts().ranges()).as("lazy").isZero();
      assertThat(space.vmalloc().vmalloc(cpu, 1 << 20, "test"))
          .as("behind the lazy area and its guard")
          .isEqualTo(0xffff_c900_0010_1000L);
      assertThat(space.purge(cpu)).isEqualTo(1);
      assertThat(machine.tlbCounts().full()).as("257 pages are more than 33").isEqualTo(1);
      assertThat(space.vmalloc().vmalloc(cpu, 1, "test")).isEqualTo(0xffff_c900_0000_0000L);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(PageTableLayout.class)
  void bytesGoThroughTheTables(PageTableLayout layout) {
    try (Machine machine = Spaces.of(layout)) {
      KernelSpace space = machine.kernelSpace();
      Cpu cpu = machine.cpu(0);
      long hole = space.vmalloc().vmalloc(cpu, 4096, "test");
      long address = space.vmalloc().vzalloc(cpu, 3 * 4096, "test");
      Mmu mmu = space.mmu();
      assertThat(mmu.load(address + 8192, 8, 0)).isZero();
      mmu.store(address + 4093, 8, 0x1122_3344_5566_7788L, 0);
      assertThat(mmu.load(address + 4093, 8, 0)).isEqualTo(0x1122_3344_5566_7788L);
      assertThat(mmu.load(address + 4096, 2, 0)).as("little-endian").isEqualTo(0x4455);
      byte[] text = "across two pages, and more than that".getBytes();
      mmu.write(address + 4080, MemorySegment.ofArray(text), 0);
      byte[] back = new byte[text.length];
      mmu.read(address + 4080, MemorySegment.ofArray(back), 0);
      assertThat(back).isEqualTo(text);
      int frame = space.vmalloc().vmallocToPage(address + 4096);
      long direct = machine.memory().zoneOf(frame).isHighMem() ? 0 : frame;
      assertThat(machine.ram().getLong(((long) frame << 12) + 16))
          .isEqualTo(mmu.load(address + 4112, 8, 0));
      assertThat(direct).isGreaterThanOrEqualTo(0);
      assertThatThrownBy(() -> mmu.store(address + 3 * 4096 - 4, 8, 0, 0))
          .isInstanceOf(PageFaultException.class)
          .hasMessageContaining("no PTE entry (error code 0x0002)");
      assertThat(mmu.load(address + 3 * 4096 - 4, 4, 0)).as("nothing was stored").isZero();
      assertThat(hole).isLessThan(address);
    }
  }

  @Test
  void theFaultSaysWhichLevelWasAbsent() {
    try (Machine machine = Spaces.wide()) {
      KernelSpace space = machine.kernelSpace();
      Mmu mmu = space.mmu();
      long start = 0xffff_c900_0000_0000L;
      assertThatThrownBy(() -> mmu.load(start, 8, 0)).hasMessageContaining("no PUD entry");
      space.vmalloc().vmalloc(machine.cpu(0), 4096, "test");
      assertThatThrownBy(() -> mmu.load(start + 4096, 8, 0)).hasMessageContaining("no PTE entry");
      assertThatThrownBy(() -> mmu.load(start + (4 << 20), 8, 0))
          .hasMessageContaining("no PMD entry");
      assertThatThrownBy(() -> mmu.load(1 << 20, 1, 0)).hasMessageContaining("no PGD entry");
      assertThatThrownBy(() -> mmu.load(1L << 47, 1, 0)).hasMessageContaining("not a canonical");
      assertThatThrownBy(() -> mmu.load(start, 1, Access.USER))
          .hasMessageContaining("the PTE entry forbids it (error code 0x0005)");
      assertThatThrownBy(() -> mmu.physical(start, Access.FETCH))
          .hasMessageContaining("supervisor instruction fetch")
          .hasMessageContaining("forbids it (error code 0x0011)");
    }
  }

  @Test
  void aMachineWithoutContentsHasTablesAllTheSame() {
    try (Machine machine = Spaces.wide("contents none")) {
      KernelSpace space = machine.kernelSpace();
      long address = space.vmalloc().vmalloc(machine.cpu(0), 8 << 20, "test");
      assertThat(space.vmalloc().vmallocToPage(address + (7 << 20))).isPositive();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void aMachineThatIsTooSmallSaysSo() {
    try (Machine machine = Machine.boot(dev.quarry.machine.Presets.get("tiny"))) {
      long free = Spaces.free(machine);
      assertThatThrownBy(machine::kernelSpace)
          .isInstanceOf(TableMemoryException.class)
          .hasMessageContaining("16 pages are free for the kernel's page tables");
      assertThat(Spaces.free(machine)).isEqualTo(free);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
