package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.tlb.TlbGeometry;
import dev.quarry.virtual.tlb.TlbModel;
import dev.quarry.virtual.tlb.Tlbs;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** V5 on Quarry: translations of a process's addresses through a modelled TLB. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TlbQuarry {
  private static final int BATCH = 1024;
  private static final long SPACE_BYTES = 1L << 30;
  private static final int PAGES = (int) (SPACE_BYTES >> 12);
  private static final long BASE = 0x4000_0000_0000L;
  private static final int READ = Access.READ | Access.USER;

  /** 1 GiB of entries; all show one frame, as nobody looks at its bytes. */
  @State(Scope.Thread)
  public static class Mapped {
    /** The TLB's arrays. */
    @Param("64/4")
    public String geometry = "";

    private Machine machine;
    Cpu cpu;
    PageTables tables;
    Tlbs tlbs;
    long state = 1;

    /** Boots a machine and maps. */
    @Setup(Level.Trial)
    public void map() {
      machine = Machine.boot(MachineSpecReader.read("bench", "ram 64M\n"));
      cpu = machine.cpu(0);
      cpu.hold();
      tables = machine.kernelSpace().processTables(cpu);
      int[] pfns = new int[PAGES];
      Arrays.fill(pfns, machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL));
      long flags = Pte.PRESENT | Pte.RW | Pte.USER | Pte.ACCESSED | Pte.DIRTY;
      tables.map(cpu, Gfp.GFP_KERNEL, BASE, pfns, 0, PAGES, flags);
      TlbGeometry arrays = TlbGeometry.parse(geometry).withWalkCache(List.of());
      machine.tlbs(new TlbModel.Hardware(arrays));
      tlbs = Objects.requireNonNull(machine.tlbs());
    }

    /** Gives its memory back. */
    @TearDown(Level.Trial)
    public void close() {
      machine.close();
    }
  }

  /** Random numbers as {@code tlbwalk.c} draws them. */
  private static long next(long state) {
    return state * 6364136223846793005L + 1442695040888963407L;
  }

  private static long place(long state) {
    return BASE + (state >>> 20 & SPACE_BYTES - 1);
  }

  /** Random addresses of 1 GiB. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long random(Mapped mapped) {
    long state = mapped.state;
    long sum = 0;
    for (int i = 0; i < BATCH; i++) {
      state = next(state);
      sum += mapped.tlbs.translate(mapped.cpu, mapped.tables, place(state), READ);
    }
    mapped.state = state;
    return sum;
  }

  /** One word after the other. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long sequential(Mapped mapped) {
    long state = mapped.state;
    long sum = 0;
    for (int i = 0; i < BATCH; i++) {
      state = state + Long.BYTES & SPACE_BYTES - 1;
      sum += mapped.tlbs.translate(mapped.cpu, mapped.tables, BASE + state, READ);
    }
    mapped.state = state;
    return sum;
  }

  /** Random addresses over the tables alone. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long tablesAlone(Mapped mapped) {
    long state = mapped.state;
    long sum = 0;
    for (int i = 0; i < BATCH; i++) {
      state = next(state);
      sum += mapped.tables.translate(place(state), READ);
    }
    mapped.state = state;
    return sum;
  }
}
