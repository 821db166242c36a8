package dev.quarry.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every allocation below an operation fails once: a clean answer, and everything adds up. */
class FaultsTest {
  /** So many and the last ones are tried one by one, between them a few: they are all alike. */
  private static final int ALL_UP_TO = 30;

  private static final int FEW = 23;
  private static final int KERNEL = Gfp.GFP_KERNEL | Gfp.NOWARN;

  @ParameterizedTest
  @CsvSource({"X86_64,1", "X86_64,40", "X86_64,520", "X86_32,40", "X86_32,1030"})
  void vmallocIsUndoneWhereverItFails(PageTableLayout layout, int pages) {
    int failures =
        failEverywhere(
            layout,
            pages,
            space ->
                space
                    .vmalloc()
                    .vmallocNode(
                        cpu(space), pages * 4096L, Gfp.GFP_KERNEL, Vmalloc.ANY_NODE, "test"));
    assertThat(failures).isGreaterThanOrEqualTo(Math.min(pages, ALL_UP_TO));
    assertThat(reasons)
        .contains("vm_struct allocation failed", "failed to allocate pages", "failed to map pages")
        .anyMatch(reason -> reason.startsWith("failed to allocated page array size"));
  }

  @ParameterizedTest
  @CsvSource({"X86_64", "X86_32"})
  void soIsVmap(PageTableLayout layout) {
    int[] device = {1024, 1030, 1025};
    int failures =
        failEverywhere(
            layout, 0, space -> space.vmap().vmap(cpu(space), device, Pte.PAGE_KERNEL, "reserved"));
    assertThat(failures).isGreaterThanOrEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"X86_64", "X86_32"})
  void soIsIoremap(PageTableLayout layout) {
    int failures =
        failEverywhere(
            layout, 0, space -> space.ioremap().ioremap(cpu(space), 0xf000_0000L, 9999, "io"));
    assertThat(failures).isGreaterThanOrEqualTo(2);
  }

  /** What the log says of failures. */
  private final Set<String> reasons = new TreeSet<>();

  private void addReasons(Machine machine) {
    for (String line : machine.log().lines()) {
      if (line.startsWith("quarry: vmalloc error: size ")) {
        reasons.add(line.split(", ")[1]);
      }
    }
  }

  private static Cpu cpu(KernelSpace space) {
    return space.memory().cpus().getFirst();
  }

  /**
   * Leaves 0, 1, 2, ... pages free until the operation succeeds; returns how often it failed.
   *
   * @param pages that the operation needs at least
   */
  private int failEverywhere(
      PageTableLayout layout, int pages, ToLongFunction<KernelSpace> operation) {
    int failures = 0;
    for (int left = 0; ; left += left > ALL_UP_TO && left + FEW < pages ? FEW : 1) {
      try (Machine machine =
          Spaces.of(layout, "percpu no", "sysctl vm.lowmem_reserve_ratio=0,0,0")) {
        KernelSpace space = machine.kernelSpace();
        List<Integer> taken = takeAll(machine);
        for (int i = 0; i < left; i++) {
          machine.allocator().freePage(machine.cpu(0), taken.removeLast());
        }
        long free = Spaces.free(machine);
        long tables = space.tables().memory().tables();
        long address = operation.applyAsLong(space);
        assertThat(machine.invariants()).as("%d pages left", left).isEmpty();
        if (address != Vmalloc.NO_ADDRESS) {
          return failures;
        }
        failures++;
        addReasons(machine);
        space.purge(machine.cpu(0));
        assertThat(space.areaList()).isEmpty();
        assertThat(space.vmalloc().nrPages()).isZero();
        long made = space.tables().memory().tables() - tables;
        assertThat(Spaces.free(machine)).as("only tables stay").isEqualTo(free - made);
        assertThat(machine.invariants()).as("%d pages left", left).isEmpty();
      }
    }
  }

  private static List<Integer> takeAll(Machine machine) {
    List<Integer> taken = new ArrayList<>();
    for (int order = machine.spec().maxOrder(); order >= 0; order--) {
      for (int gfp : new int[] {KERNEL | Gfp.HIGHMEM | Gfp.NORETRY, KERNEL | Gfp.NORETRY}) {
        int pfn = machine.allocator().allocPages(machine.cpu(0), gfp, order);
        while (pfn != Pfn.NONE) {
          machine.allocator().splitPage(pfn, order);
          for (int i = 0; i < 1 << order; i++) {
            taken.add(pfn + i);
          }
          pfn = machine.allocator().allocPages(machine.cpu(0), gfp, order);
        }
      }
    }
    return taken;
  }
}
