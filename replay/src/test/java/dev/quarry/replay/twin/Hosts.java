package dev.quarry.replay.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Machines that play the host: worked on at random, their files written to a folder. */
final class Hosts {
  private static final int[] FLAGS = {
    Gfp.GFP_KERNEL, Gfp.GFP_ATOMIC, Gfp.GFP_HIGHUSER_MOVABLE, Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
  };

  private Hosts() {}

  /** A block that is held. */
  private record Block(int pfn, int order) {}

  /** Requests and frees at random; afterwards nothing lies on per-CPU lists. */
  static void work(Machine machine, long seed, int steps) {
    workWith(machine, seed, steps, FLAGS);
  }

  /** The same, with requests of these kinds. */
  static void workWith(Machine machine, long seed, int steps, int... flags) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Block> held = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      Cpu cpu = machine.cpu(random.nextInt(machine.cpus().size()));
      if (!held.isEmpty() && random.nextInt(100) < 42) {
        Block block = held.remove(random.nextInt(held.size()));
        machine.allocator().freePages(cpu, block.pfn(), block.order());
        continue;
      }
      int order = Math.min(random.nextInt(8), random.nextInt(11));
      int gfp = flags[random.nextInt(flags.length)] | Gfp.NOWARN;
      int pfn = machine.allocator().allocPages(cpu, gfp, order);
      if (pfn != Pfn.NONE) {
        held.add(new Block(pfn, order));
      }
    }
    machine.allocator().drainAllPages();
  }

  /** Writes a machine's files; gives its {@code /proc}. */
  static Path files(Machine machine, Path folder) throws IOException {
    new ProcFs(machine.memory()).writeTree(folder);
    return folder.resolve("proc");
  }

  /** Copies some files of a folder, as a user would with {@code cp}. */
  static Path copy(Path from, Path to, String... names) throws IOException {
    Files.createDirectories(to);
    for (String name : names) {
      try (Stream<Path> files = Files.list(from)) {
        for (Path file : files.filter(f -> f.getFileName().toString().startsWith(name)).toList()) {
          Files.write(to.resolve(file.getFileName()), Files.readAllBytes(file));
        }
      }
    }
    return to;
  }

  /**
   * How many blocks of an order a zone gives to a request that has no rights to the reserve: all,
   * as long as more pages stay free than the mark and the reserve.
   *
   * @param boost pages by which the mark is raised in the end
   */
  static long expected(
      ZoneInfo.Zone zone, List<Long> blocks, int order, int highestZone, long boost) {
    long fit = 0;
    for (int o = order; o < blocks.size(); o++) {
      fit += blocks.get(o) << (o - order);
    }
    long reserve = zone.protection().get(highestZone);
    long usable = zone.free() - ((1L << order) - 1) - zone.watermarks().min() - reserve - boost;
    return Math.clamp(Math.ceilDiv(usable, 1L << order), 0, fit);
  }
}
