package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.slab.SlabAllocator;
import java.util.function.Supplier;

/** What the object allocator reports while a command runs, as the command's answer. */
final class Misuse {
  private Misuse() {}

  /** A command's own answer, or the report of a misuse that was noticed meanwhile. */
  static Value caught(Machine machine, Supplier<Value> work) {
    SlabAllocator slab = machine.slab();
    long before = slab.misuses();
    LogTail tail = LogTail.of(machine);
    Value answer = work.get();
    return slab.misuses() == before ? answer : new Refused(report(tail, "misuse"));
  }

  /** The log's lines since a moment; when it is full of reports it has none. */
  static String report(LogTail tail, String what) {
    String text = tail.text();
    return text.isEmpty() ? what + "; the kernel's log reports no more of it" : text;
  }
}
