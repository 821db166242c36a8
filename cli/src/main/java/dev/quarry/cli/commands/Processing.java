package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.Processes;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Sizes;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/** A process's command that runs: its process, the CPU, and the words that it was given. */
record Processing(Call call, Session session, Machine machine, Process process, Cpu cpu) {
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final int PAGES_PER_STEP = 8;

  /** What a process's command does. */
  @FunctionalInterface
  interface Action {
    Value run(Processing it);
  }

  /** A command {@code P: NAME ...}. */
  static SimpleCommand command(
      String chapter, String usage, String summary, String example, Action action) {
    return SimpleCommand.of(
            chapter, usage, summary, example, (call, session) -> action.run(of(call, session)))
        .ofSubject("P");
  }

  private static Processing of(Call call, Session session) {
    Machine machine = Booted.machine(session);
    Process process = call.subject(Processing::of);
    Cpu cpu = Booted.cpu(session, call);
    return new Processing(call, session, machine, process, cpu);
  }

  /** The process that a word names, if it still runs. */
  static Process of(Value value) {
    if (!(value instanceof ProcessValue named)) {
      throw new IllegalArgumentException(
          "\"" + value.word() + "\" is not a process; p = spawn makes one");
    }
    if (!named.isRunning()) {
      throw new IllegalArgumentException("process " + named.process().pid() + " is gone");
    }
    return named.process();
  }

  /** A process that a word of a command names. */
  Process other(int index) {
    return call.read(index, "a process", Processing::of);
  }

  Processes processes() {
    return machine.processes();
  }

  SystemCalls calls() {
    return new SystemCalls(cpu, process);
  }

  /** An address: a number, a name, or these added up: {@code a+8}, {@code a+2*4K}. */
  long address(int index) {
    return UserAddresses.of(call, session, index);
  }

  /** A length in bytes: any 64 bits, as a system call takes it. */
  long bytes(int index) {
    return UserAddresses.bytes(call, session, index);
  }

  /** A length, or that of what a word before it names: the whole of a mapping. */
  long bytesOr(int index, int ofIndex) {
    if (index < call.size()) {
      return bytes(index);
    }
    return call.read(
        ofIndex,
        "an address",
        value -> {
          if (value instanceof UserArea area) {
            return area.bytes();
          }
          throw new IllegalArgumentException(
              value.word() + " is no mapping's name: a length must follow");
        });
  }

  /** Says that work on so many new bytes comes; too many are refused without any. */
  void spend(long bytes) {
    boolean fits = Long.compareUnsigned(bytes, process.mm().taskSize()) <= 0;
    session.spend(fits ? Math.max(1, (bytes >>> PAGE_SHIFT) / PAGES_PER_STEP) : 1);
  }

  /** Says that work on pages of areas comes, in a range of so many bytes. */
  void spendOnAreas(long bytes) {
    boolean fits = Long.compareUnsigned(bytes, process.mm().taskSize()) <= 0;
    spend(fits ? Math.min(bytes, accessible()) : bytes);
  }

  /** The same where each page of areas is looked at, be it there or not. */
  void spendOnPages(long bytes) {
    boolean fits = Long.compareUnsigned(bytes, process.mm().taskSize()) <= 0;
    spend(fits ? Math.min(bytes, process.mm().totalVm() << PAGE_SHIFT) : bytes);
  }

  /** Bytes of areas that may be accessed: others have no pages, however large they are. */
  long accessible() {
    VmAreaStruct areas = process.mm().spaces().areas();
    long pages = 0;
    long vma = process.mm().firstArea();
    for (; vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      pages += (areas.flags(vma) & VmFlags.ACCESS) != 0 ? areas.pages(vma) : 0;
    }
    return pages << PAGE_SHIFT;
  }

  /** A number of bytes that Quarry itself must hold. */
  int count(int index, int most) {
    return call.read(
        index,
        "a number of bytes",
        value -> {
          long bytes = Sizes.parse(value.word());
          if (bytes < 0 || bytes > most) {
            throw new IllegalArgumentException(bytes + " bytes are not 0 to " + Sizes.format(most));
          }
          return (int) bytes;
        });
  }
}
