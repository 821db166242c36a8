package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import java.util.Locale;

/** A machine with one zone and without reserves, so that only its buddy system is compared. */
final class BuddySource implements PageSource, AutoCloseable {
  private final Machine machine;
  private final Zone zone;
  private long allocations;
  private long frees;
  private long given;

  BuddySource(int pages) {
    String spec =
        String.format(
            Locale.ROOT,
            """
            memory 0-%dK
            zone Normal
            percpu no
            contents none
            sysctl vm.min_free_kbytes=0
            sysctl vm.watermark_scale_factor=1
            sysctl vm.watermark_boost_factor=0
            """,
            pages * 4L);
    machine = Machine.boot(MachineSpecReader.read("first_fit", spec));
    zone = machine.memory().zones().getFirst();
  }

  static int order(int pages) {
    return 32 - Integer.numberOfLeadingZeros(pages - 1);
  }

  @Override
  public int allocate(int pages) {
    int order = order(pages);
    // MEMALLOC: a zone of a few MiB has marks of some pages even with no reserve asked for.
    int gfp = Gfp.GFP_NOWAIT | Gfp.MEMALLOC;
    int pfn = machine.allocator().allocPages(machine.cpu(0), gfp, order);
    allocations++;
    given += pfn == Pfn.NONE ? 0 : 1L << order;
    return pfn;
  }

  @Override
  public void free(int first, int pages) {
    machine.allocator().freePages(machine.cpu(0), first, order(pages));
    frees++;
  }

  @Override
  public PageSourceWork work() {
    return new PageSourceWork(
        allocations + zone.events().splits(),
        frees + zone.events().merges(),
        machine.spec().maxOrder() + 1,
        given);
  }

  @Override
  public int largestFree() {
    for (int order = machine.spec().maxOrder(); order >= 0; order--) {
      if (zone.area(order).nrFree() > 0) {
        return 1 << order;
      }
    }
    return 0;
  }

  @Override
  public long free() {
    return zone.freePages();
  }

  @Override
  public void close() {
    machine.close();
  }
}
