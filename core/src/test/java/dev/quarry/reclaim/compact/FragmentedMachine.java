package dev.quarry.reclaim.compact;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.virtual.space.MapFlags;
import java.util.Objects;

/** A machine of 32 MiB whose memory a process holds, or every other page of it. */
final class FragmentedMachine implements AutoCloseable {
  static final long PAGE = 4096;
  static final long AT = 0x1000_0000L;
  static final int RW = 3;
  private static final long PRIVATE = 2 | MapFlags.MAP_ANONYMOUS | 0x10;

  final Machine machine;
  final Cpu cpu;
  final Process process;
  final int pages;
  final int step;

  /** Every {@code step}-th page of {@code pages} stays; the others are given back. */
  FragmentedMachine(int pages, int step) {
    this.machine = boot();
    this.cpu = machine.cpu(0);
    this.pages = pages;
    this.step = step;
    this.process = Objects.requireNonNull(machine.processes().spawn(cpu));
    SystemCalls calls = new SystemCalls(cpu, process);
    calls.mmap(AT, pages * PAGE, RW, PRIVATE, -1, 0);
    for (int i = 0; i < pages; i++) {
      process.store(cpu, AT + i * PAGE, 8, value(i));
    }
    for (int i = 0; i < pages; i++) {
      if (i % step != 0) {
        calls.madvise(AT + i * PAGE, PAGE, 4);
      }
    }
    machine.reclaim().drainAll();
    machine.allocator().drainAllPages();
  }

  static Machine boot(String... more) {
    String text =
        "cpus 0-1\nmemory 0x1000-32M\nzone DMA below=4M\nzone DMA32 below=4G\nzone Normal\n"
            + String.join("\n", more);
    return Machine.boot(MachineSpecReader.read("test", text));
  }

  static long value(int page) {
    return page * 0x9E37_79B9_7F4A_7C15L + 1;
  }

  /** The first page that does not hold what was written, or -1. */
  int firstLostPage() {
    for (int i = 0; i < pages; i += step) {
      if (process.load(cpu, AT + i * PAGE, 8) != value(i)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void close() {
    machine.close();
  }
}
