package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Sizes;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import java.util.Arrays;
import java.util.List;

/** Commands that allocate many blocks at once, or make many of one. */
final class ManyPagesCommands {
  private static final String CHAPTER = "pages";
  private static final int MOST_BULK = 1 << 20;

  private ManyPagesCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "alloc_pages_exact BYTES GFP [cpu=N]",
                "allocates as many pages as the bytes need",
                "e = alloc_pages_exact 20K GFP_KERNEL",
                ManyPagesCommands::exact))
        .add(
            command(
                "alloc_pages_bulk GFP N [cpu=N] [policy=POLICY]",
                "allocates N single pages, or fewer",
                "b = alloc_pages_bulk GFP_KERNEL 64",
                ManyPagesCommands::bulk))
        .add(
            command(
                    "fill GFP [order=N] [zone=NAME] [leave=PAGES] [cpu=N]",
                    "allocates until a request fails",
                    "f = fill GFP_KERNEL order=10\nexpect fails alloc_pages GFP_KERNEL order=10",
                    ManyPagesCommands::fill)
                .withNotes(
                    "leave=PAGES stops before the machine, or the zone of zone=, has fewer free"
                        + " pages"))
        .add(
            command(
                "split_page BLOCK",
                "makes each page of a block a block of its own",
                "p = alloc_pages GFP_KERNEL order=2\nq = split_page p",
                ManyPagesCommands::split));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value exact(Call call, Session session) {
    Machine machine = Booted.machine(session);
    long most = machine.spec().pageSize() << machine.spec().maxOrder();
    long bytes =
        call.read(
            0,
            "a size such as 20K",
            value -> {
              long size = Sizes.parse(value.word());
              if (size < 1 || size > most) {
                throw new IllegalArgumentException(size + " bytes are not 1 to " + most);
              }
              return size;
            });
    int gfp = Booted.gfp(session, call, 1);
    int pages = (int) ((bytes + machine.spec().pageSize() - 1) >>> machine.spec().pageShift());
    session.spend(pages);
    int pfn = machine.allocator().allocPagesExact(Booted.cpu(session, call), bytes, gfp);
    if (pfn == Pfn.NONE) {
      return new Refused("failed: " + pages + " contiguous pages");
    }
    return new Frames(consecutive(pfn, pages), 0, pages);
  }

  private static int[] consecutive(int first, int count) {
    int[] pfns = new int[count];
    Arrays.setAll(pfns, i -> first + i);
    return pfns;
  }

  private static Value bulk(Call call, Session session) {
    int last = Math.max(0, call.size() - 1);
    if (last == 0) {
      throw call.refuse(0, "alloc_pages_bulk needs GFP flags and a number of pages");
    }
    int count = call.number(last, "the number of pages", 0, MOST_BULK);
    int gfp = Booted.gfp(session, call.without(last), 0);
    session.spend(count);
    int[] pfns = new int[count];
    Cpu cpu = Booted.cpu(session, call);
    int got = Booted.policies(session).allocPagesBulk(call, cpu, gfp, pfns);
    return new Frames(Arrays.copyOf(pfns, got), 0, count);
  }

  private static Value fill(Call call, Session session) {
    TaskPolicy policy = Booted.policies(session);
    int gfp = Booted.gfp(session, call, 0) | Gfp.NOWARN;
    int order = Booted.order(session, call);
    int leave = call.number("leave", 0, 0, Integer.MAX_VALUE);
    List<Zone> watched = Booted.zones(session, call);
    Cpu cpu = Booted.cpu(session, call);
    int[] pfns = new int[64];
    int got = 0;
    while (freePages(watched) - (1L << order) >= leave) {
      session.spend((gfp & Gfp.ZERO) != 0 ? 4L << order : 1);
      int pfn = policy.allocPages(cpu, gfp, order);
      if (pfn == Pfn.NONE) {
        break;
      }
      pfns = got == pfns.length ? Arrays.copyOf(pfns, got * 2) : pfns;
      pfns[got++] = pfn;
    }
    return new Frames(Arrays.copyOf(pfns, got), order, got);
  }

  private static long freePages(List<Zone> zones) {
    long pages = 0;
    for (Zone zone : zones) {
      pages += zone.freePages();
    }
    return pages;
  }

  private static Value split(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    return call.read(
        0,
        "a block that alloc_pages returned",
        value -> {
          if (!(value instanceof PageBlock block)) {
            throw new IllegalArgumentException("\"" + value.word() + "\" is not a block");
          }
          machine.allocator().splitPage(block.pfn(), block.order());
          return new Frames(consecutive(block.pfn(), 1 << block.order()), 0, 1 << block.order());
        });
  }
}
