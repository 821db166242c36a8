package dev.quarry.check;

import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.VmEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One machine from its boot to its end, or to the first violation. */
final class PressureRun implements AutoCloseable {
  private static final int FIRST_INTERVAL = 128;
  private static final int LAST_INTERVAL = 250_000;
  private static final int GROWTH = 64;
  private static final int MOST_FRAMES = 6;
  private static final VmEvent[] SHOWN = {
    VmEvent.PSWPIN,
    VmEvent.PSWPOUT,
    VmEvent.PGSTEAL_KSWAPD,
    VmEvent.PGSTEAL_DIRECT,
    VmEvent.PGMIGRATE_SUCCESS,
    VmEvent.OOM_KILL,
  };

  final World world;
  final List<Worker> workers = new ArrayList<>();
  final List<String> violations = Collections.synchronizedList(new ArrayList<>());
  private long checks;

  PressureRun(MachineSpec spec, PressureOptions options) throws IOException {
    this.world = new World(spec, options, options.threads());
    for (int number = 0; number < options.threads(); number++) {
      workers.add(new Worker(world, number, options.seed()));
    }
  }

  /** How many steps come between the checks, after so many. */
  static long interval(long steps) {
    return Math.clamp(steps / GROWTH, FIRST_INTERVAL, LAST_INTERVAL);
  }

  long checks() {
    return checks;
  }

  long steps() {
    return workers.stream().mapToLong(worker -> worker.steps).sum();
  }

  /** Makes one step of a worker; false: that is a violation. */
  boolean step(Worker worker, long number) {
    try {
      worker.step(number);
      return true;
    } catch (RuntimeException | Error e) {
      violated("step " + number + ", " + worker.lastStep() + ": " + described(e));
      return false;
    }
  }

  private void violated(String what) {
    violations.add(what);
  }

  /** What went wrong, and for all but a {@link Violation} where. */
  static String described(Throwable e) {
    if (e instanceof Violation) {
      return String.valueOf(e.getMessage());
    }
    StringBuilder out = new StringBuilder(e.toString());
    for (int i = 0; i < Math.min(MOST_FRAMES, e.getStackTrace().length); i++) {
      out.append("\n    at ").append(e.getStackTrace()[i]);
    }
    return out.toString();
  }

  /** Checks all invariants; false: one is broken. */
  boolean check(String when) {
    checks++;
    try {
      for (String finding : world.machine.invariants()) {
        violated(when + ": " + finding);
      }
    } catch (RuntimeException | Error e) {
      violated(when + ", while invariants were checked: " + described(e));
    }
    return violations.isEmpty();
  }

  /** All contents, then the end of all that is there, and what is left of it. */
  void finish() {
    try {
      for (Worker worker : workers) {
        worker.verify();
      }
      if (!check("at the end")) {
        return;
      }
      workers.forEach(Worker::finish);
      world.finish().forEach(finding -> violated("after the end of all: " + finding));
    } catch (RuntimeException | Error e) {
      violated("at the end: " + described(e));
    }
  }

  /** What was done and came out, by a word for it. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("processes_killed", workers.stream().mapToLong(worker -> worker.killed).sum());
    counts.put("refused", workers.stream().mapToLong(worker -> worker.refused).sum());
    for (VmEvent event : SHOWN) {
      counts.put(event.name().toLowerCase(Locale.ROOT), world.machine.memory().events().sum(event));
    }
    return counts;
  }

  /** What the first violation is, without its numbers; null: there is none. */
  @Nullable String signature() {
    return violations.isEmpty()
        ? null
        : violations
            .getFirst()
            .replaceAll("^[^:]*?(, cpu \\d+[^:]*: .*?)?: ", "")
            .replaceAll("0x[0-9a-f]+|[0-9][0-9,]*", "N");
  }

  @Override
  public void close() {
    world.close();
  }
}
