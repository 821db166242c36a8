package dev.quarry.replay.calls;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.Processes;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.replay.calls.TaskEvent.Call;
import dev.quarry.replay.calls.TaskEvent.Counted;
import dev.quarry.replay.calls.TaskEvent.ExecFailed;
import dev.quarry.replay.calls.TaskEvent.Executed;
import dev.quarry.replay.calls.TaskEvent.Executing;
import dev.quarry.replay.calls.TaskEvent.Exited;
import dev.quarry.replay.calls.TaskEvent.Faulted;
import dev.quarry.replay.calls.TaskEvent.Forked;
import dev.quarry.replay.calls.TaskEvent.Sharing;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plays the events of a recording on a machine: tasks, their processes, calls, accesses.
 *
 * <p>Who was there before the recording has a space of which nothing is known; what it uses is made
 * as it is used. Who execs has the space that {@link Survey} found out.
 */
public final class Spaces {
  private static final int KINDS = RssKind.values().length;

  /** The process that pages of the idle task would be of. */
  private static final int IDLE = 0;

  private final Cpu cpu;
  private final Machine machine;
  private final Processes processes;
  private final List<ProgramShape> shapes;
  private final CallPlayer calls;
  private final Accesses accesses;
  private final ProgramPlayer programs;
  private final Map<Integer, PlayedProcess> ofTask = new HashMap<>();

  /** Tasks of which it is not known yet whether they are threads. */
  private final Set<Integer> unsure = new HashSet<>();

  private final Map<Integer, List<Faulted>> held = new HashMap<>();
  private final Map<Long, long[]> kernelCounts = new HashMap<>();
  private final List<PlayedProcess> all = new ArrayList<>();
  private int executed;
  private long events;
  private long outOfMemory;

  /**
   * Plays on a machine that was just booted.
   *
   * @param shapes what each execve mapped, in their order
   * @param resident whether all pages of files are taken to be in the page cache
   * @param swaps whether memory may go to swap, which writes no page of zeros
   */
  public Spaces(Machine machine, List<ProgramShape> shapes, boolean resident, boolean swaps) {
    this.machine = machine;
    this.cpu = machine.cpu(0);
    this.processes = machine.processes();
    this.shapes = shapes;
    processes.pages().forgetContents();
    SeenMemory seen = new SeenMemory(processes.pages().caches());
    this.calls = new CallPlayer(cpu, processes.pages().caches(), seen, resident);
    this.accesses = new Accesses(cpu, processes.pages(), seen, swaps ? machine.ram() : null);
    this.programs = new ProgramPlayer(cpu, processes, resident);
  }

  /** All processes that were met, in the order in which they were. */
  public List<PlayedProcess> all() {
    return all;
  }

  /** Events that were played. */
  public long events() {
    return events;
  }

  /** How often the machine had no memory for a process. */
  public long outOfMemory() {
    return outOfMemory;
  }

  /** The machine. */
  public Machine machine() {
    return machine;
  }

  /** Plays one event. */
  public void play(TaskEvent event) {
    events++;
    switch (event) {
      case Call call -> {
        if (call.tid() != IDLE) {
          calls.play(of(call.tid()), call);
        }
      }
      case Faulted fault -> fault(fault);
      case Forked fork -> forked(fork);
      case Executing begun -> held.put(begun.tid(), new ArrayList<>());
      case ExecFailed failed -> held.remove(failed.tid());
      case Executed started -> executed(started);
      case Exited exited -> exited(exited);
      case Counted counted -> counted(counted);
    }
  }

  private PlayedProcess of(int tid) {
    PlayedProcess known = ofTask.get(tid);
    return known == null ? stranger(tid) : known;
  }

  /** A task from before the recording, without a stack or anything else that is known. */
  private PlayedProcess stranger(int tid) {
    Process process = processes.spawn(cpu);
    if (process == null) {
      throw new IllegalStateException("no memory for process " + tid);
    }
    new SystemCalls(cpu, process).munmap(0, process.mm().taskSize());
    return add(tid, Optional.empty(), false, process, "");
  }

  private PlayedProcess add(
      int tid, Optional<PlayedProcess> parent, boolean born, Process process, String program) {
    PlayedProcess made = new PlayedProcess(tid, parent, born, process, program);
    made.tasks = 1;
    ofTask.put(tid, made);
    all.add(made);
    return made;
  }

  private void fault(Faulted fault) {
    if (fault.tid() == IDLE) {
      return;
    }
    List<Faulted> during = held.get(fault.tid());
    if (during != null && Survey.isOfNewProgram(fault)) {
      during.add(fault);
    } else {
      accesses.play(of(fault.tid()), fault);
    }
  }

  private void forked(Forked fork) {
    if (fork.tid() == IDLE) {
      return; // the kernel's own threads have no space
    }
    PlayedProcess parent = of(fork.tid());
    switch (fork.sharing()) {
      case COPY -> {
        Process child = processes.fork(cpu, parent.process());
        if (child == null) {
          outOfMemory++;
        } else {
          add(fork.child(), Optional.of(parent), true, child, parent.program());
        }
      }
      case SPACE -> {
        Process child = processes.cloneVm(parent.process());
        add(fork.child(), Optional.of(parent), true, child, parent.program());
      }
      case THREAD, SPACE_OR_THREAD -> {
        ofTask.put(fork.child(), parent);
        parent.tasks++;
        if (fork.sharing() == Sharing.SPACE_OR_THREAD) {
          unsure.add(fork.child());
        }
      }
    }
  }

  private void executed(Executed started) {
    PlayedProcess played = of(started.tid());
    if (unsure.remove(started.tid())) { // it was no thread
      played.tasks--;
      Process own = processes.cloneVm(played.process());
      played = add(started.tid(), Optional.of(played), true, own, played.program());
    }
    ProgramShape shape = shapes.get(executed++);
    if (programs.start(played.process(), shape)) {
      played.started(cpu, started.path());
    } else {
      outOfMemory++;
    }
    List<Faulted> during = held.remove(started.tid());
    if (during != null) {
      for (Faulted fault : during) {
        accesses.play(played, fault);
      }
    }
  }

  private void exited(Exited exited) {
    PlayedProcess played = ofTask.get(exited.tid());
    held.remove(exited.tid());
    if (played == null || !played.isLive()) {
      ofTask.remove(exited.tid());
      return;
    }
    played.tasks--;
    if (played.tasks <= 0 || exited.wholeProcess()) {
      end(played, true);
    }
    ofTask.remove(exited.tid());
  }

  private void end(PlayedProcess played, boolean recorded) {
    noteKernelCounts(played);
    played.ended(cpu, recorded);
    long before = tables();
    processes.exit(cpu, played.process());
    played.tableBytes((before - tables()) << 12); // nothing, if others have the space too
  }

  private long tables() {
    return processes.spaces().kernel().tables().memory().tables();
  }

  private void counted(Counted counted) {
    long[] pages = kernelCounts.computeIfAbsent(counted.space(), _ -> new long[KINDS]);
    pages[counted.kind()] = counted.pages();
    PlayedProcess played = counted.own() ? ofTask.get(counted.tid()) : null;
    if (played != null) {
      played.kernelSpace(counted.space());
    }
  }

  /** What the processes hold now whose spaces are known. */
  public SpaceSample sample(long micros) {
    long[] model = new long[KINDS];
    long[] kernel = new long[KINDS];
    Set<MmStruct> counted = Collections.newSetFromMap(new IdentityHashMap<>());
    for (PlayedProcess played : all) {
      if (played.isLive() && played.isSpaceKnown() && counted.add(played.process().mm())) {
        long[] pages = kernelCounts.getOrDefault(played.kernelSpace(), new long[KINDS]);
        for (RssKind kind : RssKind.values()) {
          model[kind.ordinal()] += played.rss(kind);
          kernel[kind.ordinal()] += pages[kind.ordinal()];
        }
      }
    }
    return new SpaceSample(micros, model, kernel, tables() << 12);
  }

  private void noteKernelCounts(PlayedProcess played) {
    long @Nullable [] pages = kernelCounts.get(played.kernelSpace());
    if (pages != null) {
      played.kernelRss(pages.clone());
    }
  }

  /** Ends the play: what still runs is looked at as it stands. */
  public void finish() {
    for (PlayedProcess played : all) {
      if (played.isLive()) {
        end(played, false);
      }
    }
  }
}
