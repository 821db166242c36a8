package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Trail;
import java.util.List;
import java.util.Locale;

/** Commands that give pages back, hold them, and tell how a request went. */
final class FreeCommands {
  private static final String CHAPTER = "pages";
  private static final String REPORT = "BUG: Bad page state";

  private FreeCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                    "free_pages RESULT [cpu=N]",
                    "frees what an allocation returned",
                    "free_pages p",
                    FreeCommands::free)
                .withNotes("of a block that get_page holds, it drops one reference"))
        .add(
            command(
                "free_pfn FRAME [order=N] [cpu=N]",
                "frees a frame by number, right or wrong",
                "free_pfn 4096 order=0\ndmesg",
                FreeCommands::freePfn))
        .add(
            command(
                "get_page BLOCK",
                "adds a reference to a block",
                "get_page p\nexpect p.refcount == 2",
                FreeCommands::getPage))
        .add(
            command(
                "drain_all_pages",
                "empties the per-CPU lists",
                "drain_all_pages",
                FreeCommands::drain))
        .add(
            command(
                "trail RESULT",
                "tells how the allocator came to a result",
                "p = alloc_pages GFP_ATOMIC order=4\ntrail p",
                FreeCommands::trail));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value free(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    Cpu cpu = Booted.cpu(session, call);
    Value value = call.value(0, "what an allocation returned");
    return switch (value) {
      case PageBlock block -> freed(machine, cpu, block.pfn(), block.order());
      case Frames frames -> freeAll(machine, cpu, frames, session);
      default -> throw call.refuse(0, "\"" + value.word() + "\" is not an allocation");
    };
  }

  private static Value freeAll(Machine machine, Cpu cpu, Frames frames, Session session) {
    Value misuse = Value.NOTHING;
    for (int pfn : frames.pfns()) {
      session.spend(1);
      Value freed = freed(machine, cpu, pfn, frames.order());
      misuse = misuse instanceof Value.Failure ? misuse : freed;
    }
    return misuse;
  }

  private static Value freePfn(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    int pfn = call.number(0, "a frame", 0, machine.spec().endPfn() - 1L);
    int order = Booted.order(session, call);
    return freed(machine, Booted.cpu(session, call), pfn, order);
  }

  /** Frees a block; of misuse, gives the report that the kernel's log got. */
  private static Value freed(Machine machine, Cpu cpu, int pfn, int order) {
    if (machine.allocator().freePages(cpu, pfn, order)) {
      return Value.NOTHING;
    }
    List<String> lines = machine.log().lines();
    int from = lines.size() - 1;
    while (from > 0 && !lines.get(from).startsWith(REPORT)) {
      from--;
    }
    String expected = String.format(Locale.ROOT, "pfn:%05x", pfn);
    boolean reported = from >= 0 && lines.get(from).endsWith(expected);
    return new Refused(
        reported
            ? String.join("\n", lines.subList(from, lines.size()))
            : "misuse of frame " + pfn + "; the kernel's log reports no more of it");
  }

  private static Value getPage(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    if (!(call.value(0, "a block that alloc_pages returned") instanceof PageBlock block)) {
      throw call.refuse(0, "\"" + call.word(0, "a block") + "\" is not a block");
    }
    machine.allocator().getPage(block.pfn());
    return Value.NOTHING;
  }

  private static Value drain(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    session.spend(machine.cpus().size());
    machine.allocator().drainAllPages();
    return Value.NOTHING;
  }

  private static Value trail(Call call, Session session) {
    call.atMost(1);
    Value value = call.value(0, "what an allocation returned");
    Trail trail =
        switch (value) {
          case PageBlock block -> block.trail();
          case FailedAllocation failed -> failed.trail();
          default -> null;
        };
    if (trail == null) {
      throw call.refuse(0, "\"" + value.word() + "\" has no trail; alloc_pages leaves one");
    }
    return new Value.Text(trail.render().stripTrailing());
  }
}
