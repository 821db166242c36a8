package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelLog;
import java.util.List;

/** What the kernel's log got since a moment. */
record LogTail(KernelLog log, long before) {
  static LogTail of(Machine machine) {
    KernelLog log = machine.log();
    return new LogTail(log, log.overwritten() + log.lines().size());
  }

  /** All lines since then; empty if there are none, or they were overwritten. */
  String text() {
    List<String> lines = log.lines();
    long index = before - log.overwritten();
    return index >= 0 && index < lines.size()
        ? String.join("\n", lines.subList((int) index, lines.size()))
        : "";
  }

  /** The first line since then. */
  String first() {
    List<String> lines = log.lines();
    long index = before - log.overwritten();
    return index >= 0 && index < lines.size() ? lines.get((int) index) : "no memory";
  }
}
