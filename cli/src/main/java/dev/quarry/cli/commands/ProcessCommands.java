package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.Processes;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Sizes;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.MmapLayout;
import dev.quarry.virtual.space.ProcessLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Commands that make and end processes, and list them. */
final class ProcessCommands {
  private static final String CHAPTER = "processes";
  private static final List<String> LAYOUTS = List.of("fixed", "random", "legacy");
  private static final int MOST_PROCESSES = 10_000;

  private ProcessCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                    "spawn [as=BYTES] [data=BYTES] [stack=BYTES] [memlock=BYTES] [cap=all]"
                        + " [layout=WORD] [seed=N]",
                    "makes a process with a stack",
                    "s = spawn\nt = spawn stack=64K as=1G layout=random seed=7",
                    ProcessCommands::spawn)
                .withNotes(
                    "as, data, stack, memlock: its limits, or unlimited; cap=all: no limit holds\n"
                        + "layout is fixed, random (by the seed) or legacy (areas from below)\n"
                        + "a 32-bit process runs on a 32-bit machine: boot x86-32"))
        .add(
            command(
                "fork P [cpu=N]",
                "makes a copy of a process; pages are copied when written",
                "s = spawn\nt = fork s",
                ProcessCommands::fork))
        .add(
            command(
                "vfork P",
                "makes a process in its parent's address space",
                "s = spawn\nt = vfork s",
                ProcessCommands::cloneVm))
        .add(
            command(
                "clone P",
                "the same: clone with CLONE_VM, a thread",
                "s = spawn\nt = clone s",
                ProcessCommands::cloneVm))
        .add(
            command(
                "exit P [cpu=N]",
                "ends a process and gives its memory back",
                "s = spawn\nexit s",
                ProcessCommands::exit))
        .add(command("ps", "lists the processes", "s = spawn\nps", ProcessCommands::ps));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value spawn(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    Processes processes = processes(machine);
    ProcessLimits limits = new ProcessLimits();
    limit(call, "as", limits::addressSpace);
    limit(call, "data", limits::data);
    limit(call, "stack", limits::stack);
    limit(call, "memlock", limits::memlock);
    limits.privileged(
        call.option("cap", value -> oneOf(value, List.of("all", "none")), "none").equals("all"));
    String layout = call.option("layout", value -> oneOf(value, LAYOUTS), "fixed");
    AddressSpaces spaces = processes.spaces();
    int seed = call.number("seed", 0, 0, Integer.MAX_VALUE);
    MmapLayout places =
        layout.equals("random")
            ? MmapLayout.random(spaces, limits, seed)
            : MmapLayout.fixed(spaces, limits);
    boolean legacy = spaces.settings().legacyLayout();
    spaces.settings().legacyLayout(legacy || layout.equals("legacy"));
    try {
      return made(machine, processes.spawn(Booted.cpu(session, call), limits, places));
    } finally {
      spaces.settings().legacyLayout(legacy);
    }
  }

  private static Processes processes(Machine machine) {
    Processes processes = machine.processes();
    if (processes.all().size() >= MOST_PROCESSES) {
      throw new IllegalStateException("there are " + MOST_PROCESSES + " processes already");
    }
    return processes;
  }

  static String oneOf(Value value, List<String> words) {
    if (!words.contains(value.word())) {
      throw new IllegalArgumentException(
          "\"" + value.word() + "\" is none of " + String.join(", ", words));
    }
    return value.word();
  }

  /** Takes a limit. */
  private interface Setter {
    void set(long bytes);
  }

  private static void limit(Call call, String name, Setter setter) {
    long none = -2;
    long bytes =
        call.option(
            name,
            value ->
                value.word().equals("unlimited")
                    ? ProcessLimits.INFINITY
                    : Sizes.parse(value.word()),
            none);
    if (bytes != none) {
      setter.set(bytes);
    }
  }

  private static Value made(Machine machine, @Nullable Process process) {
    return process == null
        ? new ErrnoFailure(Errno.ENOMEM, "nothing was made")
        : new ProcessValue(machine, process);
  }

  private static Process of(Call call, Session session) {
    Booted.machine(session);
    return call.read(0, "a process", Processing::of);
  }

  private static Value fork(Call call, Session session) {
    call.atMost(1);
    Process parent = of(call, session);
    Machine machine = Booted.machine(session);
    session.spend(1 + parent.mm().mapCount() + parent.mm().rssPages() / 8);
    Cpu cpu = Booted.cpu(session, call);
    return made(machine, processes(machine).fork(cpu, parent));
  }

  private static Value cloneVm(Call call, Session session) {
    call.atMost(1);
    Process parent = of(call, session);
    Machine machine = Booted.machine(session);
    return made(machine, processes(machine).cloneVm(parent));
  }

  private static Value exit(Call call, Session session) {
    call.atMost(1);
    Process process = of(call, session);
    Machine machine = Booted.machine(session);
    MmStruct mm = process.mm();
    session.spend(1 + mm.mapCount() + mm.rssPages() / 8);
    long shared = mm.users() - 1;
    long pages = mm.rssPages();
    machine.processes().exit(Booted.cpu(session, call), process);
    return new Value.Text(
        shared > 0
            ? process + " is gone; its address space has " + Counted.of(shared, "other user")
            : process + " is gone, and its " + Counted.of(pages, "page"));
  }

  private static Value ps(Call call, Session session) {
    call.atMost(0);
    List<Process> all = Booted.machine(session).processes().all();
    session.spend(all.size());
    List<String> lines = new ArrayList<>();
    lines.add("  pid   areas     pages       rss    min_flt  maj_flt");
    for (Process process : all) {
      MmStruct mm = process.mm();
      lines.add(
          String.format(
              Locale.ROOT,
              "%5d %7d %9d %9d %10d %8d",
              process.pid(),
              mm.mapCount(),
              mm.totalVm(),
              mm.rssPages(),
              mm.minFaults(),
              mm.majFaults()));
    }
    return new Value.Text(all.isEmpty() ? "there is no process" : String.join("\n", lines));
  }
}
