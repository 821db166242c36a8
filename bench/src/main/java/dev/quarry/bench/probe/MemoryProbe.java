package dev.quarry.bench.probe;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.Pfn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the machine of 1 TiB costs the host in memory: prints the bytes that booting it added, the
 * bytes that 1 GiB of single pages added, and the bytes of descriptors for each of these pages.
 *
 * <p>The first machine warms the JVM up and is dropped, so that classes are not counted.
 */
public final class MemoryProbe {
  private static final int PAGES = 1 << 18;
  private static final Path SMAPS = Path.of("/proc/self/smaps");

  private MemoryProbe() {}

  /** Prints the three numbers, a line each. */
  public static void main(String[] args) throws IOException {
    MachineSpec spec = Presets.get("huge");
    try (Machine warmup = Machine.boot(spec)) {
      allocate(warmup);
    }
    long before = resident(0);
    try (Machine machine = Machine.boot(spec)) {
      long booted = resident(0);
      long mapBytes = (long) machine.memory().map().endPfn() * MemMap.DESCRIPTOR_BYTES;
      long mapBefore = resident(mapBytes);
      allocate(machine);
      System.out.println(booted - before);
      System.out.println(resident(0) - booted);
      System.out.println((double) (resident(mapBytes) - mapBefore) / PAGES);
    }
  }

  private static void allocate(Machine machine) {
    Cpu cpu = machine.cpu(0);
    for (int i = 0; i < PAGES; i++) {
      if (machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL) == Pfn.NONE) {
        throw new IllegalStateException("page " + i + " of " + PAGES + " was refused");
      }
    }
  }

  /** Resident bytes of all mappings of at least so many bytes. */
  private static long resident(long leastBytes) throws IOException {
    long total = 0;
    boolean counts = false;
    List<String> lines = Files.readAllLines(SMAPS);
    for (String line : lines) {
      String first = line.substring(0, line.indexOf(' '));
      if (first.indexOf('-') > 0) {
        counts = bytes(first) >= leastBytes;
      } else if (counts && first.equals("Rss:")) {
        total += Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    return total;
  }

  private static long bytes(String range) {
    int dash = range.indexOf('-');
    return Long.parseUnsignedLong(range.substring(dash + 1), 16)
        - Long.parseUnsignedLong(range.substring(0, dash), 16);
  }
}
