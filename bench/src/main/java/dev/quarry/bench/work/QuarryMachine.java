package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Ram;
import dev.quarry.physical.PageAllocator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A machine with 1 GiB in one zone Normal and two CPUs, each held by one of the threads. */
@State(Scope.Benchmark)
public class QuarryMachine {
  private static final String SPEC =
      """
      release 6.18
      cpus 0-1
      memory 0-1G
      zone Normal
      """;

  /** The largest order on per-CPU lists; Linux's is 3. */
  @Param("3")
  public int percpuMaxOrder;

  private final AtomicInteger nextCpu = new AtomicInteger();
  private Machine machine;

  /** Boots it. */
  @Setup(Level.Trial)
  public void boot() {
    machine =
        Machine.boot(MachineSpecReader.read("bench", SPEC + "percpu_max_order " + percpuMaxOrder));
  }

  /** A CPU for the calling thread, which holds it from now on. */
  public Cpu holdCpu() {
    Cpu cpu = machine.cpu(nextCpu.getAndIncrement());
    if (!cpu.hold()) {
      throw new IllegalStateException(cpu + " is held by another thread");
    }
    return cpu;
  }

  /** Its allocator. */
  public PageAllocator allocator() {
    return machine.allocator();
  }

  /** Its bytes. */
  public Ram ram() {
    return Objects.requireNonNull(machine.ram());
  }

  /** The machine itself. */
  public Machine machine() {
    return machine;
  }

  /** Checks it and gives its memory back: a figure of a broken machine is worth nothing. */
  @TearDown(Level.Trial)
  public void close() {
    MachineEnd.close(machine);
  }
}
