package dev.quarry.slab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.KmallocGeometry;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The general caches. */
class KmallocTest {
  private static final int GFP = Gfp.GFP_KERNEL | Gfp.NOWARN;
  private static final int LARGEST = 4 << 20;

  @Test
  void theSeriesAreThoseOfTheirSources() {
    assertThat(KmallocGeometry.COURSE.sizes())
        .hasSize(20)
        .startsWith(32, 64, 96, 128, 192, 256, 512)
        .endsWith(1 << 21, 1 << 22);
    assertThat(KmallocGeometry.OLDER.sizes()).startsWith(32, 64, 128, 252).endsWith(131_056);
    assertThat(KmallocGeometry.LINUX.sizes())
        .containsExactly(8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192);
    assertThat(KmallocGeometry.FINE.sizes())
        .contains(120, 128, 144, 256, 288, 4096, 4608, 32_768)
        .doesNotContain(136, 264);
  }

  /** Every size: served by the least cache that holds it, else by the least block of pages. */
  @ParameterizedTest
  @EnumSource(KmallocGeometry.class)
  void everySizeFromNothingToBeyondTheLargest(KmallocGeometry geometry) {
    try (Machine machine =
        SlabMachines.small("kmalloc " + geometry.name().toLowerCase(Locale.ROOT))) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      assertThat(slab.kmalloc(cpu, 0, GFP)).isEqualTo(SlabAllocator.ZERO_SIZE);
      assertThat(slab.kfree(cpu, SlabAllocator.ZERO_SIZE)).isTrue();
      int next = 0;
      for (int size = 1; size <= LARGEST; size++) {
        while (next < geometry.sizes().size() && geometry.sizes().get(next) < size) {
          next++;
        }
        long expected =
            next < geometry.sizes().size()
                ? geometry.sizes().get(next)
                : Math.max(4096, Long.highestOneBit(2L * size - 1));
        long object = slab.kmalloc(cpu, size, GFP);
        if (object == KmemCache.NULL
            || slab.ksize(object) != expected
            || object % 8 != 0
            || !slab.kfree(cpu, object)) {
          throw new AssertionError(
              geometry + ": " + size + " bytes at 0x" + Long.toHexString(object));
        }
      }
      assertThat(slab.kmalloc(cpu, LARGEST + 1, GFP)).isEqualTo(KmemCache.NULL);
      assertThat(slab.kmalloc(cpu, -1, GFP)).isEqualTo(KmemCache.NULL);
      assertThat(slab.kmalloc(cpu, Long.MAX_VALUE, GFP)).isEqualTo(KmemCache.NULL);
      assertThat(slab.kmalloc(cpu, 1L << 35, GFP)).isEqualTo(KmemCache.NULL);
      assertThat(slab.misuses()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /**
   * A free finds out by one word of a frame whether it is a slab's; on no list may another be so.
   */
  @Test
  void noOtherFrameLooksLikeOneOfASlab() {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      List<Long> kept = new ArrayList<>();
      for (int size = 8; size <= 64 << 10; size += 488) {
        kept.add(slab.kmalloc(cpu, size, GFP));
        slab.kfree(cpu, slab.kmalloc(cpu, 2 * size, GFP));
      }
      slab.reap();
      MemMap map = machine.memory().map();
      int slabs = 0;
      for (int pfn = 0; pfn < map.endPfn(); pfn++) {
        boolean isSlab = (map.state(pfn) & PageState.SLAB) != 0;
        assertThat(map.slabHost(pfn) != 0).as("frame %d", pfn).isEqualTo(isSlab);
        slabs += isSlab ? 1 : 0;
        if (!isSlab) {
          long page = machine.allocator().directMap().pageToVirt(pfn);
          assertThat(!kept.contains(page) && slab.kfree(cpu, page)).as("frame %d", pfn).isFalse();
        }
      }
      assertThat(slabs).isGreaterThan(0);
      assertThat(machine.invariants()).isEmpty();
      kept.forEach(object -> assertThat(slab.kfree(cpu, object)).isTrue());
    }
  }

  @Test
  void copiesAndClearsAndResizes() {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      DirectMemory memory = slab.memory();
      Cpu cpu = machine.cpu(0);
      long dirty = slab.kmalloc(cpu, 100, GFP);
      memory.fill(dirty, 128, (byte) 0x77);
      slab.kfree(cpu, dirty);
      for (int i = 0; i < 40; i++) {
        long zeros = slab.kzalloc(cpu, 100, GFP);
        assertThat(memory.segment(zeros, 100).asByteBuffer())
            .isEqualTo(java.nio.ByteBuffer.allocate(100));
      }
      String text = "task_struct \u00e9";
      long name = slab.kstrdup(cpu, text, GFP);
      assertThat(slab.string(name)).isEqualTo(text);
      long copy = slab.kmemdup(cpu, name, 13, GFP);
      assertThat(memory.getLong(copy)).isEqualTo(memory.getLong(name));
      assertThat(slab.krealloc(cpu, name, 30, GFP)).isEqualTo(name);
      long moved = slab.krealloc(cpu, name, 5000, GFP);
      assertThat(slab.string(moved)).isEqualTo(text);
      assertThat(slab.kfree(cpu, name)).as("freed by krealloc").isFalse();
      assertThat(slab.krealloc(cpu, KmemCache.NULL, 8, GFP)).isNotZero();
      assertThat(slab.krealloc(cpu, moved, 0, GFP)).isEqualTo(SlabAllocator.ZERO_SIZE);
    }
  }

  /** DMA and reclaimable requests have caches and zones of their own. */
  @Test
  void kindsOfMemoryAreApart() {
    try (Machine machine =
        Machine.boot(
            dev.quarry.machine.MachineSpecReader.read(
                "zones", "memory 0-64M\nzone DMA below=16M\nzone Normal\n"))) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      long dma = slab.kmalloc(cpu, 64, GFP | Gfp.DMA);
      long reclaimable = slab.kmalloc(cpu, 64, GFP | Gfp.RECLAIMABLE);
      slab.kmalloc(cpu, 64, GFP);
      assertThat(slab.memory().physical(dma)).isLessThan(16L << 20);
      assertThat(slab.cache("kmalloc-dma-64").orElseThrow().liveObjects())
          .extracting(LiveObject::address)
          .containsExactly(dma);
      assertThat(slab.cache("kmalloc-rcl-64").orElseThrow().liveObjects())
          .extracting(LiveObject::address)
          .containsExactly(reclaimable);
      assertThat(
              machine
                  .memory()
                  .nodes()
                  .getFirst()
                  .stat(dev.quarry.physical.NodeStat.NR_SLAB_RECLAIMABLE))
          .isEqualTo(1);
    }
  }
}
