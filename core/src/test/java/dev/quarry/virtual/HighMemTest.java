package dev.quarry.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** kmap's pool, the stacks of kmap_local_page, and page_address. */
class HighMemTest {
  private static int highPage(Machine machine) {
    int pfn = machine.allocator().allocPage(machine.cpu(0), Gfp.GFP_HIGHUSER);
    assertThat(machine.kernelSpace().highMem().isHighMem(pfn)).isTrue();
    return pfn;
  }

  @Test
  void aPageOfHighMemHasNoAddressUntilItIsMapped() {
    try (Machine machine = Spaces.narrow()) {
      HighMem highMem = machine.kernelSpace().highMem();
      Mmu mmu = machine.kernelSpace().mmu();
      Cpu cpu = machine.cpu(0);
      int pfn = highPage(machine);
      assertThat(highMem.pageAddress(pfn)).isEqualTo(HighMem.NO_ADDRESS);
      long address = highMem.kmap(pfn);
      assertThat(address).as("the slot after the last").isEqualTo(0xff40_1000L);
      assertThat(highMem.kmap(pfn)).as("shared").isEqualTo(address);
      mmu.store(address + 16, 8, 77, 0);
      assertThat(machine.ram().getLong(((long) pfn << 12) + 16)).isEqualTo(77);
      assertThat(highMem.kunmap(cpu, pfn)).isTrue();
      assertThat(highMem.kunmap(cpu, pfn)).isTrue();
      assertThat(highMem.pageAddress(pfn)).as("until a flush").isEqualTo(address);
      assertThat(highMem.pool().count(1)).isEqualTo(1);
      assertThat(highMem.kunmap(cpu, pfn)).as("once too often").isFalse();
      assertThat(machine.log().lines().getFirst()).startsWith("kunmap() of frame " + pfn);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void theFullPoolRefusesAndIsRecycledByOneFlush() {
    try (Machine machine = Spaces.narrow()) {
      HighMem highMem = machine.kernelSpace().highMem();
      Cpu cpu = machine.cpu(0);
      int[] pages = new int[KernelLayout.PKMAP_SLOTS + 1];
      for (int i = 0; i < pages.length; i++) {
        pages[i] = highPage(machine);
        long address = highMem.kmap(pages[i]);
        boolean fits = i < KernelLayout.PKMAP_SLOTS;
        assertThat(address).isEqualTo(fits ? 0xff40_0000L + (i + 1) % 1024 * 4096L : 0);
      }
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.tlbCounts().ranges()).isZero();
      highMem.kunmap(cpu, pages[500]);
      highMem.kunmap(cpu, pages[700]);
      assertThat(highMem.kmap(pages[1024]))
          .as("the first unused slot")
          .isEqualTo(0xff40_0000L + 501 * 4096);
      assertThat(highMem.pageAddress(pages[500])).isEqualTo(HighMem.NO_ADDRESS);
      assertThat(highMem.pageAddress(pages[700]))
          .as("flushed with it")
          .isEqualTo(HighMem.NO_ADDRESS);
      assertThat(machine.tlbCounts().full()).isEqualTo(1);
      assertThat(highMem.kmap(pages[500])).isEqualTo(0xff40_0000L + 701 * 4096);
      assertThat(machine.tlbCounts().ranges()).as("no other flush").isEqualTo(1);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void theLocalSlotsAreAStackForEachCpu() {
    try (Machine machine = Spaces.narrow()) {
      HighMem highMem = machine.kernelSpace().highMem();
      Cpu cpu0 = machine.cpu(0);
      Cpu cpu1 = machine.cpu(1);
      int pfn = highPage(machine);
      long first = highMem.kmapLocalPage(cpu0, pfn);
      long second = highMem.kmapLocalPage(cpu0, pfn);
      long other = highMem.kmapLocalPage(cpu1, pfn);
      assertThat(first).isEqualTo(0xffff_f000L - 68 * 4096);
      assertThat(second).isEqualTo(first - 4096);
      assertThat(other).isEqualTo(first - 16 * 4096);
      machine.kernelSpace().mmu().store(first, 8, 5, 0);
      assertThat(machine.kernelSpace().mmu().load(other, 8, 0)).isEqualTo(5);
      assertThat(highMem.kunmapLocal(cpu0, first)).as("not the last").isFalse();
      assertThat(highMem.kunmapLocal(cpu0, other)).as("another CPU's").isFalse();
      assertThat(highMem.kunmapLocal(cpu0, second + 100)).isTrue();
      assertThat(highMem.kunmapLocal(cpu0, first)).isTrue();
      assertThat(highMem.kunmapLocal(cpu0, first)).as("empty").isFalse();
      assertThat(machine.tlbCounts().singlePages()).isEqualTo(2);
      assertThat(machine.tlbCounts().interrupts()).as("nobody else need know").isZero();
      for (int i = 0; i < KernelLayout.LOCAL_SLOTS; i++) {
        assertThat(highMem.kmapLocalPage(cpu0, pfn)).isEqualTo(first - i * 4096L);
      }
      assertThat(highMem.kmapLocalPage(cpu0, pfn)).isEqualTo(HighMem.NO_ADDRESS);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void lowMemoryAndWideKernelsNeedNoSlots() {
    try (Machine narrow = Spaces.narrow();
        Machine wide = Spaces.wide()) {
      for (Machine machine : new Machine[] {narrow, wide}) {
        HighMem highMem = machine.kernelSpace().highMem();
        Cpu cpu = machine.cpu(0);
        int pfn = machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL);
        long direct = machine.allocator().directMap().pageToVirt(pfn);
        assertThat(highMem.pageAddress(pfn)).isEqualTo(direct);
        assertThat(highMem.kmap(pfn)).isEqualTo(direct);
        assertThat(highMem.kunmap(cpu, pfn)).isTrue();
        assertThat(highMem.kmapLocalPage(cpu, pfn)).isEqualTo(direct);
        assertThat(highMem.kunmapLocal(cpu, direct)).isTrue();
        machine.kernelSpace().mmu().store(direct, 8, 9, 0);
        assertThat(machine.ram().getLong((long) pfn << 12)).isEqualTo(9);
        assertThat(machine.invariants()).isEmpty();
      }
    }
  }

  /** A model with use counts: what is mapped has one address, what is used keeps it. */
  @Test
  void randomMappingsKeepTheirAddresses() {
    Random random = new Random(7);
    try (Machine machine = Spaces.narrow()) {
      HighMem highMem = machine.kernelSpace().highMem();
      Cpu cpu = machine.cpu(0);
      int[] pages = new int[1500];
      for (int i = 0; i < pages.length; i++) {
        pages[i] = highPage(machine);
      }
      Map<Integer, Integer> uses = new HashMap<>();
      Map<Integer, Long> addresses = new HashMap<>();
      for (int step = 0; step < 12_000; step++) {
        int pfn = pages[random.nextInt(pages.length)];
        boolean used = uses.getOrDefault(pfn, 0) > 0;
        if (used && random.nextInt(3) > 0) {
          assertThat(highMem.pageAddress(pfn)).isEqualTo(addresses.get(pfn));
          assertThat(highMem.kunmap(cpu, pfn)).isTrue();
          uses.merge(pfn, -1, Integer::sum);
        } else {
          long address = highMem.kmap(pfn);
          long busy = uses.values().stream().filter(count -> count > 0).count();
          assertThat(address == HighMem.NO_ADDRESS).isEqualTo(!used && busy == 1024);
          if (address != HighMem.NO_ADDRESS) {
            assertThat(!used || addresses.get(pfn) == address).isTrue();
            uses.merge(pfn, 1, Integer::sum);
            addresses.put(pfn, address);
          }
        }
        if (step % 500 == 0) {
          assertThat(VirtualInvariants.check(machine.kernelSpace())).isEmpty();
        }
      }
      assertThat(highMem.pool().flushRounds()).isGreaterThan(2);
    }
  }
}
