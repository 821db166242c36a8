package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.TrailStep;
import dev.quarry.physical.Zone;
import java.util.List;

/** Commands that allocate and free pages, under the kernel's names. */
final class PageCommands {
  private static final String CHAPTER = "pages";

  private PageCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "alloc_pages GFP [order=N] [cpu=N] [node=N] [policy=POLICY]",
                "allocates 2^order contiguous pages",
                "p = alloc_pages GFP_KERNEL order=3",
                (call, session) -> alloc(call, session, call.number("order", 0))))
        .add(
            command(
                "alloc_page GFP [cpu=N] [node=N] [policy=POLICY]",
                "allocates a page",
                "p = alloc_page GFP_HIGHUSER_MOVABLE",
                (call, session) -> alloc(call, session, 0)))
        .add(
            command(
                "__get_free_pages GFP [order=N] [cpu=N]",
                "allocates pages that have an address",
                "a = __get_free_pages GFP_KERNEL order=2",
                (call, session) -> address(call, session, call.number("order", 0), 0)))
        .add(
            command(
                "get_zeroed_page GFP [cpu=N]",
                "allocates a page of zeros that has an address",
                "a = get_zeroed_page GFP_KERNEL",
                (call, session) -> address(call, session, 0, Gfp.ZERO)))
        .add(
            command(
                "__get_dma_pages GFP [order=N] [cpu=N]",
                "allocates pages below the DMA limit",
                "a = __get_dma_pages GFP_KERNEL order=1",
                (call, session) -> address(call, session, call.number("order", 0), Gfp.DMA)))
        .add(
            command(
                "free_pages PAGES [cpu=N]",
                "frees what a name stands for",
                "free_pages p",
                PageCommands::free))
        .add(
            command(
                "free_pfn FRAME [order=N] [cpu=N]",
                "frees a frame by its number, right or wrong: misuse is reported in dmesg",
                "free_pfn 4096 order=0",
                PageCommands::freePfn))
        .add(
            command(
                "drain",
                "empties the per-CPU lists (drain_all_pages)",
                "drain",
                PageCommands::drain))
        .add(
            command(
                "trail RESULT",
                "tells how the allocator came to a result, step by step",
                "p = alloc_pages GFP_ATOMIC order=4\ntrail p",
                PageCommands::trail));
  }

  private static SimpleCommand command(
      String usage,
      String summary,
      String example,
      java.util.function.BiFunction<Call, Session, Value> action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value alloc(Call call, Session session, int order) {
    call.atMost(1);
    int gfp = Booted.vocabulary(session).parse(call.word(0, "GFP flags such as GFP_KERNEL"));
    return alloc(call, session, gfp, order, false);
  }

  private static Value address(Call call, Session session, int order, int more) {
    call.atMost(1);
    int gfp = Booted.vocabulary(session).parse(call.word(0, "GFP flags such as GFP_KERNEL"));
    if ((gfp & Gfp.HIGHMEM) != 0) {
      throw new IllegalArgumentException(
          "pages of HighMem have no address in the direct map: use alloc_pages");
    }
    return alloc(call, session, gfp | more, order, true);
  }

  private static Value alloc(Call call, Session session, int gfp, int order, boolean addressed) {
    Machine machine = Booted.machine(session);
    Cpu cpu = Booted.cpu(session, call);
    int node = call.number("node", cpu.node());
    if (node < 0 || node >= machine.spec().nodes().size()) {
      throw new IllegalArgumentException(
          "node " + node + " is not one of the machine's " + machine.spec().nodes().size());
    }
    Trail trail = new Trail();
    int pfn = TaskPolicy.of(session).allocPages(call, cpu, node, gfp, order, trail);
    if (pfn == Pfn.NONE) {
      return new FailedAllocation(reason(trail, order), trail);
    }
    Zone zone = machine.memory().zoneOf(pfn);
    if (zone == null) {
      throw new IllegalStateException("frame " + pfn + " is in no zone");
    }
    long address = addressed ? machine.allocator().directMap().pageToVirt(pfn) : 0;
    return new PageBlock(pfn, order, zone, address, trail);
  }

  /** The last refusal of the trail says it best. */
  private static String reason(Trail trail, int order) {
    String last = "";
    boolean mayNotWait = false;
    for (TrailStep step : trail.steps()) {
      if (step instanceof TrailStep.Test test && !test.passed()) {
        last = test.text();
      } else if (step instanceof TrailStep.Note note && note.text().startsWith("may not wait")) {
        mayNotWait = true;
      }
    }
    return "failed: order "
        + order
        + (mayNotWait ? ", may not wait" : "")
        + (last.isEmpty() ? "" : "; " + last);
  }

  private static Value free(Call call, Session session) {
    call.atMost(1);
    Value value = call.value(0, "what an allocation returned");
    if (!(value instanceof PageBlock block)) {
      throw new IllegalArgumentException("\"" + value.show() + "\" is not an allocation");
    }
    return freed(call, session, block.pfn(), block.order());
  }

  private static Value freePfn(Call call, Session session) {
    call.atMost(1);
    return freed(call, session, call.number(0, "a frame", -1), call.number("order", 0));
  }

  private static Value freed(Call call, Session session, int pfn, int order) {
    Machine machine = Booted.machine(session);
    if (machine.allocator().freePages(Booted.cpu(session, call), pfn, order)) {
      return Value.NOTHING;
    }
    List<String> lines = machine.log().lines();
    int from =
        lines.lastIndexOf(
            lines.stream()
                .filter(line -> line.startsWith("BUG: Bad page state"))
                .reduce("", (a, b) -> b));
    List<String> report = from < 0 ? List.of("misuse") : lines.subList(from, lines.size());
    return new FailedAllocation(String.join("\n", report), null);
  }

  private static Value drain(Call call, Session session) {
    call.atMost(0);
    Booted.machine(session).allocator().drainAllPages();
    return Value.NOTHING;
  }

  private static Value trail(Call call, Session session) {
    call.atMost(1);
    Value value = call.value(0, "a result");
    Trail trail =
        switch (value) {
          case PageBlock block -> block.trail();
          case FailedAllocation failed -> failed.trail();
          default -> null;
        };
    if (trail == null) {
      throw new IllegalArgumentException("\"" + value.show() + "\" has no trail");
    }
    return new Value.Text(trail.render().stripTrailing());
  }
}
