package dev.quarry.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.commands.AllCommands;
import dev.quarry.cli.commands.ScriptMachine;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.Processes;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultInjection;
import dev.quarry.machine.FaultSite;
import dev.quarry.reclaim.SwapArea;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every script of {@code examples/}, in which one request, read or write fails: whatever the script
 * makes of it, the shell goes on, all structures are sound, and when the processes have ended
 * nothing is left of them. {@code -Dquarry.faults=all} lets each fail once, which takes hours, and
 * {@code -Dquarry.seed=N} tries others.
 */
class ExamplesUnderFaultsTest {
  private static final long SEED = Long.getLong("quarry.seed", 20_260_101);
  private static final boolean ALL = "all".equals(System.getProperty("quarry.faults"));
  private static final long MOST_NANOS =
      ALL ? Long.MAX_VALUE : Long.getLong("quarry.seconds", 8) * 1_000_000_000L;
  private static final int TRIES = 3;

  /** These objects are a process's. */
  private static final List<String> OF_PROCESSES =
      List.of("mm_struct", "vm_area_struct", "anon_vma", "anon_vma_chain");

  /** A script in which a call is to fail. */
  private record Fault(Path script, @Nullable FaultSite site, long call) {}

  /** What a script's run came to. */
  private record Run(long[] calls, Map<String, Long> left, String end) {}

  @Test
  void oneCallOfEachExampleFails() throws IOException {
    List<Fault> faults = new ArrayList<>();
    Map<Path, Run> whole = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(SEED);
    for (Path script : scripts()) {
      Run run = run(new Fault(script, null, FaultInjection.NEVER));
      whole.put(script, run);
      for (FaultSite site : FaultSite.values()) {
        for (long call : chosen(run.calls()[site.ordinal()], random)) {
          faults.add(new Fault(script, site, call));
        }
      }
    }
    Collections.shuffle(faults, new Random(SEED));
    long begin = System.nanoTime();
    int tried = 0;
    for (Fault fault : faults) {
      if (System.nanoTime() - begin > MOST_NANOS) {
        break;
      }
      Run run = run(fault);
      Map<String, Long> expected = new TreeMap<>(whole.get(fault.script()).left());
      assertThat(run.left()).as("%s%n%s", fault, run.end()).isEqualTo(expected);
      tried++;
    }
    System.out.printf("%d of %d faults, seed %d%n", tried, faults.size(), SEED);
    assertThat(tried).isGreaterThan(50);
  }

  private static List<Path> scripts() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(root.resolve("examples"))) {
      root = root.getParent();
    }
    try (var files = Files.list(root.resolve("examples"))) {
      return files.filter(file -> file.toString().endsWith(".quarry")).sorted().toList();
    }
  }

  private static List<Long> chosen(long calls, SplittableRandom random) {
    List<Long> chosen = new ArrayList<>();
    for (long call = 1; call <= (ALL ? calls : Math.min(calls, TRIES)); call++) {
      chosen.add(ALL || calls <= TRIES ? call : 1 + random.nextLong(calls));
    }
    return chosen;
  }

  private static Run run(Fault fault) throws IOException {
    StringWriter out = new StringWriter();
    Run run = new Run(new long[FaultSite.values().length], new TreeMap<>(), "");
    try (Session session = AllCommands.session(new PrintWriter(out))) {
      Shell shell = new Shell(AllCommands.registry(), session);
      var commands = new PipedCommands(new StringReader(Files.readString(fault.script())));
      for (var command = commands.next(); command != null; command = commands.next()) {
        Machine before = ScriptMachine.of(session);
        if (command.text().startsWith("boot ") && before != null) {
          end(before, fault, out, run);
        }
        if (shell.execute(command.text(), command.firstLine()) != null) {
          shell.execute(command.text(), command.firstLine()); // the fault is over
        }
        Machine now = ScriptMachine.of(session);
        if (now != null && now != before) {
          arm(now.memory().faults(), fault);
        }
      }
      Machine last = ScriptMachine.of(session);
      if (last != null) {
        end(last, fault, out, run);
      }
    } catch (RuntimeException | Error e) {
      throw new AssertionError(fault + "\n" + tail(out), e);
    }
    return new Run(run.calls(), run.left(), tail(out));
  }

  private static void arm(FaultInjection faults, Fault fault) {
    for (FaultSite site : FaultSite.values()) {
      if (fault.site() == null || fault.site() == site) {
        faults.arm(site, fault.call(), 1);
      }
    }
  }

  private static String tail(StringWriter out) {
    String text = out.toString();
    return text.substring(Math.max(0, text.length() - 2000));
  }

  /** The machine's end: all processes go; adds to the run's numbers. */
  private static void end(Machine machine, Fault fault, StringWriter out, Run run) {
    FaultInjection faults = machine.memory().faults();
    for (FaultSite site : FaultSite.values()) {
      run.calls()[site.ordinal()] = Math.max(run.calls()[site.ordinal()], faults.calls(site));
      faults.disarm(site);
    }
    assertThat(machine.invariants()).as("%s%n%s", fault, tail(out)).isEmpty();
    Processes processes = machine.processesOrNull();
    if (processes != null) {
      endAll(machine, processes, fault);
    }
    assertThat(machine.invariants()).as("%s, at the end%n%s", fault, tail(out)).isEmpty();
    left(machine).forEach((name, count) -> run.left().merge(name, count, Math::max));
  }

  private static void endAll(Machine machine, Processes processes, Fault fault) {
    Cpu cpu = machine.cpu(0);
    for (Process process : processes.all()) {
      processes.exit(cpu, process);
    }
    for (SwapArea area : machine.reclaim().swap().areas().all()) {
      assertThat(area.used()).as("%s: slots in use", fault).isZero();
    }
    processes.pages().caches().flusher().sync(cpu);
    processes.pages().caches().drop(cpu);
  }

  /** Objects of processes that are left when there are no processes. */
  private static Map<String, Long> left(Machine machine) {
    Map<String, Long> left = new TreeMap<>();
    for (String name : OF_PROCESSES) {
      var cache = machine.slabOrNull() == null ? null : machine.slab().cache(name).orElse(null);
      if (cache != null) {
        left.put(name, cache.statistics().activeObjects());
      }
    }
    return left;
  }
}
