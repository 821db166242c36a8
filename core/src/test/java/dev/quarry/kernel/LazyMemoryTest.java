package dev.quarry.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.machine.HostMemory;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.Pfn;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory that nobody used costs nothing: what the host has in RAM for a machine, by mincore(2). */
class LazyMemoryTest {
  private static final long PAGE = 4096;
  private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  /** Pages that the host gives for each place that is touched: 512 if it likes huge pages. */
  private long pagesForOne = 1;

  @BeforeEach
  void onLinux() throws IOException {
    if (!AddressSpace.isKnown()) {
      System.out.println("LazyMemoryTest: skipped, as this is not Linux");
    }
    assumeTrue(AddressSpace.isKnown(), "not Linux");
    boolean huge = Files.isReadable(THP) && Files.readString(THP).contains("[always]");
    pagesForOne = huge ? 512 : 1;
  }

  private static long descriptorPagesInRam(Machine machine) throws Throwable {
    Field field = MemMap.class.getDeclaredField("host");
    field.setAccessible(true);
    HostMemory host = (HostMemory) Objects.requireNonNull(field.get(machine.memory().map()));
    return AddressSpace.inRam(host.base(), host.bytes()) / PAGE;
  }

  @Test
  void aTerabyteBootsAndWorksWithAFewDescriptorsInRam() throws Throwable {
    try (Machine machine = Machine.boot(Presets.get("huge"))) {
      // The edges of three ranges of RAM, which are no whole blocks of 4 MiB.
      assertThat(descriptorPagesInRam(machine)).isLessThanOrEqualTo(24 * pagesForOne);
      long blocks = 0;
      for (int i = 0; i < 1_000; i++) {
        int pfn = machine.allocator().allocPages(machine.cpu(i % 64), Gfp.GFP_KERNEL, i % 11);
        assertThat(pfn).isNotEqualTo(Pfn.NONE);
        blocks += 1L << i % 11;
      }
      // 128 descriptors to a page: all those of the blocks that were split, and no others.
      long used = descriptorPagesInRam(machine);

      assertThat(used).isLessThanOrEqualTo((24 + 2 * blocks / 128) * pagesForOne);
    }
  }

  @Test
  void ramCostsWhatWasWritten() throws Throwable {
    try (Machine machine = Machine.boot(MachineSpecReader.read("laptop", "preset laptop\n"))) {
      Ram ram = Objects.requireNonNull(machine.ram());
      long base = ram.slice(0, 0).address();
      assertThat(AddressSpace.inRam(base, ram.bytes())).isZero();
      long zeroed = 0;
      for (int i = 0; i < 64; i++) {
        int gfp = Gfp.GFP_KERNEL | (i % 2 == 0 ? Gfp.ZERO : 0);
        assertThat(machine.allocator().allocPages(machine.cpu(0), gfp, 4)).isNotEqualTo(Pfn.NONE);
        zeroed += i % 2 == 0 ? 16 : 0;
      }
      long pages = AddressSpace.inRam(base, ram.bytes()) / PAGE;
      assertThat(pages).isBetween(zeroed, zeroed * pagesForOne);
    }
  }
}
