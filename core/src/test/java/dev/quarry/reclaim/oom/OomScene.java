package dev.quarry.reclaim.oom;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.reclaim.MemorySwap;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.MapFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A machine of 16 MiB without swap, and processes with an area of 16 MiB each. */
final class OomScene implements AutoCloseable {
  static final long PAGE = 4096;
  static final long AT = 0x1000_0000L;
  static final int PAGES = 4000;
  private static final long FIXED = 0x10;
  private static final int RW = 3;
  private static final long PRIVATE = 2 | MapFlags.MAP_ANONYMOUS | FIXED;

  final Machine machine;
  final Cpu cpu;
  private final List<Integer> kept = new ArrayList<>();

  OomScene(String... more) {
    String text =
        "cpus 0-1\nmemory 0x1000-16M\nzone DMA below=4M\nzone DMA32 below=4G\nzone Normal\n"
            + String.join("\n", more);
    machine = Machine.boot(MachineSpecReader.read("test", text));
    cpu = machine.cpu(0);
    machine.processes();
  }

  private OomScene(Machine machine) {
    this.machine = machine;
    this.cpu = machine.cpu(0);
    machine.processes();
  }

  /** Two nodes of 8 MiB each. */
  static OomScene ofTwoNodes() {
    String text =
        "node 0 distance=10,21\nnode 1 distance=21,10\ncpus 0 node=0\ncpus 1 node=1\n"
            + "memory 0x1000-8M node=0\nmemory 8M-16M node=1\n"
            + "zone DMA below=2M\nzone DMA32 below=4G\nzone Normal\n";
    return new OomScene(Machine.boot(MachineSpecReader.read("test", text)));
  }

  OomKiller killer() {
    return machine.reclaim().oom();
  }

  Process spawn(String name, int pages) {
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    process.mm().task().comm(name);
    new SystemCalls(cpu, process).mmap(AT, PAGES * PAGE, RW, PRIVATE, -1, 0);
    touch(process, 0, pages);
    return process;
  }

  void touch(Process process, int from, int to) {
    for (int page = from; page < to; page++) {
      process.store(cpu, AT + page * PAGE, 8, page + 1);
    }
  }

  /** The same, and it may be that it dies. */
  void tryTouch(Process process, int from, int to) {
    try {
      touch(process, from, to);
    } catch (UserFaultException e) {
      machine.processes().exitKilled(cpu);
    }
  }

  /** Takes an area of swap into use that is bytes of this JVM. */
  void swapOn(int pages) {
    machine.reclaim().swapOnOff().on("swap", MemorySwap.of(pages), 0);
  }

  boolean isAlive(Process process) {
    return !process.mm().task().isVictim();
  }

  /** Takes blocks for the kernel until none is given; how many. */
  int takeAll(int gfp, int order) {
    int taken = 0;
    int pfn = machine.allocator().allocPages(cpu, gfp, order);
    while (pfn != Pfn.NONE && taken < 2 * PAGES) {
      kept.add(pfn);
      taken++;
      pfn = machine.allocator().allocPages(cpu, gfp, order);
    }
    return taken;
  }

  /** Takes what is left, without the help of anybody's death. */
  void exhaust() {
    takeAll(Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NORETRY | Gfp.NOWARN, 0);
  }

  String log() {
    return String.join("\n", machine.log().lines());
  }

  @Override
  public void close() {
    machine.close();
  }
}
