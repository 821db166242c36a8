package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives blocks of a machine's last zone to CMA, as {@code init_cma_reserved_pageblock} does at
 * boot: they change their type and are freed.
 */
final class CmaArea {
  private CmaArea() {}

  /** Makes {@code blocks} blocks of {@code order}, at least a pageblock, CMA's; their frames. */
  static List<Integer> of(Machine machine, int order, int blocks) {
    PageAllocator allocator = machine.allocator();
    List<Integer> pfns = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      pfns.add(allocator.allocPages(machine.cpu(0), Gfp.GFP_HIGHUSER_MOVABLE, order));
    }
    for (int pfn : pfns) {
      machine.memory().pageblocks().typeRange(pfn, order, MigrateType.CMA);
      allocator.freePages(machine.cpu(0), pfn, order);
    }
    allocator.drainAllPages();
    return pfns;
  }
}
