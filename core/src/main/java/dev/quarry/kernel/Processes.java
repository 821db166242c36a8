package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Task;
import dev.quarry.virtual.exec.Vdso;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.Fork;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.MmapLayout;
import dev.quarry.virtual.space.ProcessLimits;
import dev.quarry.virtual.space.StackArea;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The processes of a machine by number; the first has 1. */
public final class Processes {
  private static final int FIRST_PID = 1;

  private final AddressSpaces spaces;
  private final UserPages pages;
  private final TreeMap<Integer, Process> byPid = new TreeMap<>();
  private final Victims victims = new Victims(this);
  private int nextPid = FIRST_PID;
  private @Nullable Vdso vdso;

  Processes(UserPages pages) {
    this.spaces = pages.spaces();
    this.pages = pages;
  }

  /** The pages of processes, and the faults that bring them. */
  public UserPages pages() {
    return pages;
  }

  /** What the kernel shows each program of itself. */
  public synchronized Vdso vdso() {
    if (vdso == null) {
      vdso = new Vdso(pages.caches());
    }
    return vdso;
  }

  /** The address spaces and what they share. */
  public AddressSpaces spaces() {
    return spaces;
  }

  /**
   * Makes a process in the fixed layout with the usual limits: see {@link #spawn(Cpu,
   * ProcessLimits, MmapLayout)}.
   */
  public @Nullable Process spawn(Cpu cpu) {
    ProcessLimits limits = new ProcessLimits();
    return spawn(cpu, limits, MmapLayout.fixed(spaces, limits));
  }

  /**
   * Makes a process that has a stack and nothing else, as execve of an empty program leaves it.
   *
   * @return null without memory; nothing was made
   */
  public @Nullable Process spawn(Cpu cpu, ProcessLimits limits, MmapLayout layout) {
    MmStruct mm = emptyProgram(cpu, limits, layout);
    return mm == null ? null : add(mm, limits);
  }

  /** An address space with a stack and nothing else, or null without memory. */
  @Nullable MmStruct emptyProgram(Cpu cpu, ProcessLimits limits, MmapLayout layout) {
    MmStruct mm = spaces.create(cpu, limits, layout);
    if (mm != null && !StackArea.create(cpu, mm, layout.stackTop())) {
      spaces.exit(cpu, mm);
      return null;
    }
    return mm;
  }

  /**
   * Gives a process the space of an empty program: what is left to do is what {@link Execve} does.
   *
   * @return false without memory; then it keeps its space
   */
  public boolean restart(Cpu cpu, Process process, MmapLayout layout) {
    MmStruct mm = emptyProgram(cpu, process.limits(), layout);
    if (mm != null) {
      replaceSpace(cpu, process, mm);
    }
    return mm != null;
  }

  /**
   * Makes a copy of a process: {@code fork(2)}. Private pages are shared until one of both writes.
   *
   * @return null without memory; nothing was made
   */
  public @Nullable Process fork(Cpu cpu, Process parent) {
    ProcessLimits limits = parent.limits().copy();
    Task before = cpu.task(parent.mm().task());
    MmStruct mm = Fork.fork(cpu, parent.mm(), limits);
    cpu.task(before);
    return mm == null ? null : child(parent, mm, limits);
  }

  /**
   * Makes a process that has its parent's address space: {@code vfork(2)}, {@code clone(2)} with
   * CLONE_VM. What one maps or stores the other sees.
   */
  public Process cloneVm(Process parent) {
    MmStruct mm = parent.mm();
    mm.lock();
    mm.addUsers(1);
    mm.unlock();
    return child(parent, mm, parent.limits());
  }

  private Process child(Process parent, MmStruct mm, ProcessLimits limits) {
    Process child = add(mm, limits);
    parent.copyFiles(child);
    return child;
  }

  /** Gives an address space a process. */
  synchronized Process add(MmStruct mm, ProcessLimits limits) {
    Process process = new Process(nextPid++, mm, limits, pages);
    byPid.put(process.pid(), process);
    if (mm.users() == 1) {
      mm.task().pid(process.pid());
    }
    return process;
  }

  Victims victims() {
    return victims;
  }

  /**
   * Ends those whom the OOM killer chose, as they do themselves when they run next. For who drives
   * all processes from one thread; a thread that runs a process ends its own when an access of it
   * says {@code KILLED}.
   *
   * @return how many ended
   */
  public int exitKilled(Cpu cpu) {
    return victims.exitAll(cpu);
  }

  /** The process of a number. */
  public synchronized Optional<Process> find(int pid) {
    return Optional.ofNullable(byPid.get(pid));
  }

  /** All processes, by number. */
  public synchronized List<Process> all() {
    return List.copyOf(byPid.values());
  }

  /**
   * Ends a process: {@code do_exit}. Its memory is given back, unless others share it, and its
   * files are closed.
   */
  public void exit(Cpu cpu, Process process) {
    synchronized (this) {
      if (byPid.remove(process.pid()) == null) {
        throw new IllegalArgumentException("process " + process.pid() + " is gone already");
      }
    }
    leave(cpu, process.mm());
    process.closeAll(cpu);
  }

  /** Gives a process another address space, and leaves its old one: {@code exec_mmap}. */
  void replaceSpace(Cpu cpu, Process process, MmStruct fresh) {
    MmStruct old = process.mm();
    fresh.task().inherit(old.task());
    fresh.task().pid(process.pid());
    process.mm(fresh);
    leave(cpu, old);
  }

  /** {@code mmput}: the last one frees it. */
  private void leave(Cpu cpu, MmStruct mm) {
    mm.lock();
    mm.addUsers(-1);
    boolean last = mm.users() == 0;
    mm.unlock();
    if (last) {
      spaces.exit(cpu, mm);
    }
  }
}
