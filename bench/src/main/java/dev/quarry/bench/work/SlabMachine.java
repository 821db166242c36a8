package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.slab.SlabAllocator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A machine with 1 GiB in one zone Normal and two CPUs, for objects. */
@State(Scope.Benchmark)
public class SlabMachine {
  /** The sizes of the general caches. */
  @Param("fine")
  public String kmalloc;

  /** How caches serve CPUs. */
  @Param("owned")
  public String manner;

  private final AtomicInteger nextCpu = new AtomicInteger();
  private Machine machine;

  /** Boots it. */
  @Setup(Level.Trial)
  public void boot() {
    machine =
        Machine.boot(
            MachineSpecReader.read(
                "bench",
                "cpus 0-1\nmemory 0-1G\nzone Normal\nkmalloc " + kmalloc + "\nslab " + manner));
    machine.slab();
  }

  /** A CPU for the calling thread, which holds it from now on. */
  public Cpu holdCpu() {
    Cpu cpu = machine.cpu(nextCpu.getAndIncrement());
    if (!cpu.hold()) {
      throw new IllegalStateException(cpu + " is held by another thread");
    }
    return cpu;
  }

  /** Its object allocator. */
  public SlabAllocator slab() {
    return machine.slab();
  }

  /** Checks it and gives its memory back: a figure of a broken machine is worth nothing. */
  @TearDown(Level.Trial)
  public void close() {
    List<String> broken = machine.invariants();
    machine.close();
    if (!broken.isEmpty()) {
      throw new IllegalStateException("invariants broken: " + broken);
    }
  }
}
