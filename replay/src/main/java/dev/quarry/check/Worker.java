package dev.quarry.check;

import dev.quarry.kernel.FileCalls;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.MapFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One who works: its processes, and the CPU on which its next step is. */
final class Worker {
  private static final long FIXED_PRIVATE =
      MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_FIXED;

  final World world;
  final int number;
  final Draw draw;
  final List<Backing> backings;
  final List<ModelProcess> processes = new ArrayList<>();
  private final AccessSteps access;
  private final MapSteps maps;
  private final FileSteps files;
  private final KernelSteps kernel;
  private final MachineSteps machine;
  private final boolean alone;
  Cpu cpu;

  long steps;
  long refused;
  long killed;

  /** The step that is made, for who reads about it: what, whose, where, how many, of what. */
  private String what = "";

  private int pid;
  private int page;
  private long amount;
  private long number1;

  Worker(World world, int number, long seed) {
    this.world = world;
    this.number = number;
    this.alone = world.workers() == 1;
    this.cpu = world.machine.cpu(number);
    this.draw = new Draw(seed, number);
    this.backings = world.backingsOf(number);
    this.access = new AccessSteps(this);
    this.maps = new MapSteps(this);
    this.files = new FileSteps(this);
    this.kernel = new KernelSteps(this);
    this.machine = new MachineSteps(this);
  }

  KernelSteps kernel() {
    return kernel;
  }

  MachineSteps machine() {
    return machine;
  }

  /**
   * Makes a step.
   *
   * @throws Violation if the machine did what it may not
   */
  void step(long step) {
    draw.step(step);
    steps++;
    note("nothing", null, 0, 0, 0);
    if (alone) {
      cpu = world.machine.cpu(draw.below(world.machine.cpus().size()));
    }
    ModelProcess who = pick();
    try {
      work(who);
    } catch (UserFaultException e) {
      ended(who, e, Refusal.NONE);
    }
    if (who.isVictim()) {
      bury(who);
    }
  }

  private void work(ModelProcess who) {
    int kind = draw.below(1000);
    if (kind < 860) {
      access.step(who, kind);
    } else if (kind < 910) {
      maps.step(who);
    } else if (kind < 960) {
      files.step(who);
    } else if (kind < 995) {
      kernel.step();
    } else {
      machine.step(who);
    }
  }

  /** One of the processes that live; there is one always. */
  private ModelProcess pick() {
    while (true) {
      if (processes.isEmpty()) {
        spawn();
        continue;
      }
      ModelProcess who = processes.get(draw.below(processes.size()));
      if (!who.isVictim()) {
        return who;
      }
      bury(who);
    }
  }

  /** Makes a process; without memory for it what others hold goes. */
  void spawn() {
    Process made = world.machine.processes().spawn(cpu);
    if (made == null) {
      refused++;
      kernel.freeAll();
      return;
    }
    ModelProcess who = new ModelProcess(made, new ModelSpace(number, world.windowPages()));
    backings.forEach(backing -> made.open(backing.file()));
    processes.add(who);
    int pages = draw.oneIn(4) ? 0 : who.space().pages();
    if (!mapped(who, ModelProcess.BUFFER, 1) || !mapped(who, ModelProcess.WINDOW, pages)) {
      refused++;
      exit(who);
      return;
    }
    for (int at = 0; at < pages; at++) {
      who.space().map(at, ModelSpace.ANONYMOUS, 3, null, 0);
    }
  }

  private boolean mapped(ModelProcess who, long at, int pages) {
    return pages == 0
        || calls(who).mmap(at, pages * ModelProcess.PAGE, 3, FIXED_PRIVATE, -1, 0) == at;
  }

  void exit(ModelProcess who) {
    processes.remove(who);
    world.machine.processes().exit(cpu, who.process());
  }

  private void bury(ModelProcess who) {
    if (processes.contains(who)) {
      killed++;
      exit(who);
    }
  }

  /** An access or call of a process ended in a signal: it was to, or memory was short. */
  void ended(ModelProcess who, UserFaultException e, Refusal expected) {
    if (who.isVictim() || e.leaf() == FaultLeaf.KILLED) {
      return;
    }
    if (e.leaf().effect() == FaultLeaf.Effect.OUT_OF_MEMORY) {
      refused++;
    } else if (!expected.isMeantBy(e.leaf())) {
      throw new Violation(e.getMessage() + ", expected: " + expected);
    }
  }

  SystemCalls calls(ModelProcess who) {
    return new SystemCalls(cpu, who.process());
  }

  FileCalls fileCalls(ModelProcess who) {
    return new FileCalls(cpu, who.process());
  }

  /** A page of a window: each second time of an eighth of it, which is used often. */
  int page(ModelProcess who) {
    int pages = who.space().pages();
    return draw.below(draw.oneIn(2) ? pages : pages / 8);
  }

  /** Remembers what is done, in numbers only: it is put in words when somebody reads it. */
  void note(String step, @Nullable ModelProcess who, int at, long count, long detail) {
    what = step;
    pid = who == null ? 0 : who.process().pid();
    page = at;
    amount = count;
    number1 = detail;
  }

  /** The last step in words. */
  String lastStep() {
    String whose = pid == 0 ? "" : "process " + pid + ": ";
    return String.format(
        Locale.ROOT,
        "cpu %d: %s%s page %d, %d, 0x%x",
        cpu.id(),
        whose,
        what,
        page,
        amount,
        number1);
  }

  /** Looks at all pages of all processes. */
  void verify() {
    for (ModelProcess who : List.copyOf(processes)) {
      for (int at = 0; at < who.space().pages() && !who.isVictim(); at++) {
        access.load(who, at);
      }
    }
  }

  /** Ends all processes and gives back what is held. */
  void finish() {
    kernel.freeAll();
    List.copyOf(processes).forEach(this::exit);
  }
}
