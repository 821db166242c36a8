package dev.quarry.cli;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry check}: random work on a machine, and its invariants again and again. */
@Command(
    name = "check",
    description = "Works on a machine at random and checks every invariant of its memory.",
    footer = {
      "%nExamples:",
      "  quarry check laptop --set ram=256M",
      "  quarry check mine.machine --steps 100000 --seed 7",
      "%nA recording is checked by: quarry replay --check RECORDING"
    })
final class CheckCommand implements Callable<Integer> {
  private static final int[] FLAGS = {
    Gfp.GFP_KERNEL, Gfp.GFP_ATOMIC, Gfp.GFP_HIGHUSER_MOVABLE, Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
  };
  private static final int CHECKS = 20;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MACHINE", description = "A preset's name, or a specification's file.")
  private String machine;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Change a setting; repeatable.")
  private List<String> settings = List.of();

  @Option(
      names = "--steps",
      defaultValue = "20000",
      description = "Requests and frees to make (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Chooses them (default: ${DEFAULT-VALUE}).")
  private long seed;

  private record Block(int pfn, int order) {}

  @Override
  public Integer call() throws IOException {
    var loaded = MachineSpecReader.with(MachineCommand.load(machine), settings);
    try (Machine booted = Machine.boot(loaded)) {
      List<String> broken = work(booted, new Random(seed));
      var out = spec.commandLine().getOut();
      if (broken.isEmpty()) {
        out.printf(Locale.ROOT, "%d steps, seed %d: all invariants hold%n", steps, seed);
        return ExitCode.OK;
      }
      out.printf(Locale.ROOT, "seed %d: broken%n", seed);
      broken.forEach(finding -> out.println("  " + finding));
      return ExitCode.NO;
    }
  }

  private List<String> work(Machine booted, Random random) {
    List<Block> held = new ArrayList<>();
    int every = Math.max(1, steps / CHECKS);
    for (int step = 1; step <= steps; step++) {
      Cpu cpu = booted.cpu(random.nextInt(booted.cpus().size()));
      if (held.isEmpty() || random.nextInt(100) < 55) {
        int order = Math.min(random.nextInt(11), random.nextInt(booted.spec().maxOrder() + 1));
        int gfp = FLAGS[random.nextInt(FLAGS.length)] | Gfp.NOWARN;
        int pfn = booted.allocator().allocPages(cpu, gfp, order);
        if (pfn != Pfn.NONE) {
          held.add(new Block(pfn, order));
        }
      } else {
        Block block = held.remove(random.nextInt(held.size()));
        booted.allocator().freePages(cpu, block.pfn, block.order);
      }
      if (step % every == 0 && !booted.invariants().isEmpty()) {
        return booted.invariants();
      }
    }
    for (Block block : held) {
      booted.allocator().freePages(booted.cpu(0), block.pfn, block.order);
    }
    booted.allocator().drainAllPages();
    return booted.invariants();
  }
}
