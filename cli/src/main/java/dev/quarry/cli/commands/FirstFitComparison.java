package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Why powers of two: the same requests of 1 to 64 pages on a first-fit list, which looks at free
 * extents one by one and gives away exactly what was asked for, and on the buddy system, which
 * rounds up and finds a block by its order.
 */
final class FirstFitComparison {
  private static final int LARGEST_REQUEST = 64;

  private FirstFitComparison() {}

  static Value run(Call call, Session session) {
    call.atMost(0);
    int pages = Math.clamp(call.number("pages", 4096), 2048, 1 << 20) & -1024;
    int steps = Math.clamp(call.number("steps", 20_000), 1, 1_000_000);
    long seed = call.number("seed", 1);
    FirstFitList list = new FirstFitList(pages);
    List<int[]> held = new ArrayList<>();
    Random random = new Random(seed);
    int[] failed = new int[2];
    long asked = 0;
    long rounded = 0;
    int most = 0;
    String spec =
        "memory 0-"
            + pages * 4L
            + "K\nzone Normal\npercpu no\ncontents none\n"
            + "sysctl vm.min_free_kbytes=0\nsysctl vm.watermark_scale_factor=1";
    try (Machine machine = Machine.boot(MachineSpecReader.read("first_fit", spec))) {
      Cpu cpu = machine.cpu(0);
      for (int step = 0; step < steps; step++) {
        if (!held.isEmpty() && random.nextInt(100) < 48) {
          int[] block = held.remove(random.nextInt(held.size()));
          list.free(block[0], block[1]);
          if (block[2] != Pfn.NONE) {
            machine.allocator().freePages(cpu, block[2], order(block[1]));
          }
          continue;
        }
        int size = 1 + random.nextInt(LARGEST_REQUEST);
        int first = list.allocate(size);
        int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_NOWAIT, order(size));
        failed[0] += first == Pfn.NONE ? 1 : 0;
        failed[1] += pfn == Pfn.NONE ? 1 : 0;
        if (first != Pfn.NONE) {
          held.add(new int[] {first, size, pfn});
          asked += size;
          rounded += 1L << order(size);
        } else if (pfn != Pfn.NONE) {
          machine.allocator().freePages(cpu, pfn, order(size));
        }
        most = Math.max(most, list.extents());
      }
      return new Value.Text(report(list, machine, failed, asked, rounded, most));
    }
  }

  private static int order(int pages) {
    return 32 - Integer.numberOfLeadingZeros(pages - 1);
  }

  private static String report(
      FirstFitList list, Machine machine, int[] failed, long asked, long rounded, int most) {
    Zone zone = machine.memory().zones().getFirst();
    int largest = 0;
    for (int order = 0; order <= machine.spec().maxOrder(); order++) {
      largest = zone.area(order).nrFree() > 0 ? 1 << order : largest;
    }
    return String.format(
        Locale.ROOT,
        """
                                 first fit     buddy
        places looked at, mean  %10.1f  %8.1f   a request's search
        the longest list        %10d  %8d
        requests that failed    %10d  %8d
        largest free block      %10d  %8d   pages at the end
        lost by rounding up     %9.1f %% %7.1f %%   of what was asked for\
        """,
        list.meanSearch(),
        1.0,
        most,
        machine.spec().maxOrder() + 1,
        failed[0],
        failed[1],
        list.largest(),
        largest,
        0.0,
        asked == 0 ? 0 : (rounded - asked) * 100.0 / asked);
  }
}
