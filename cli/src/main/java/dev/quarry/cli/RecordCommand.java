package dev.quarry.cli;

import dev.quarry.replay.record.EventSet;
import dev.quarry.replay.record.RecordOptions;
import dev.quarry.replay.record.RecordResult;
import dev.quarry.replay.record.Recorder;
import dev.quarry.replay.record.TraceFs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry record}: what the kernel's memory manager does while a command runs. */
@Command(
    name = "record",
    description = "Records what the running kernel's memory manager does while a command runs.",
    footer = {
      "%nExamples:",
      "  sudo quarry record -- make -j2",
      "  sudo quarry record --out compile --compact -- gcc -O2 -c big.c",
      "  sudo quarry record --events fault,maps --out faults -- ./server --once",
      "  quarry replay recording",
      "%nNeeds root, and tracefs: mount -t tracefs nodev /sys/kernel/tracing",
      "Events of the whole system are recorded. The exit code is the command's."
    })
final class RecordCommand implements Callable<Integer> {
  private static final Path PROC = Path.of("/proc");
  private static final int MOST_RING_MIB = 4096;

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command, behind --.")
  private List<String> command = List.of();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "recording",
      description = "The recording to make (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--events",
      paramLabel = "KINDS",
      defaultValue = "kmem,slab",
      description = {
        "What to record: kmem (pages), slab (objects), fault (page faults), maps (system calls",
        "on address spaces); default: ${DEFAULT-VALUE}."
      })
  private String events;

  @Option(names = "--compact", description = "Write page events in the compact form.")
  private boolean compact;

  @Option(
      names = "--ring",
      paramLabel = "MIB",
      defaultValue = "0",
      description = "Size of each CPU's ring of events; without it, 512 MiB for all together.")
  private int ringMib;

  @Override
  public Integer call() throws IOException {
    if (ringMib < 0 || ringMib > MOST_RING_MIB) {
      throw mistake("--ring " + ringMib + " is not 1 to " + MOST_RING_MIB);
    }
    int cpus = Runtime.getRuntime().availableProcessors();
    int ringKib = ringMib == 0 ? RecordOptions.usualRingKib(cpus) : ringMib << 10;
    RecordOptions options = new RecordOptions(out, sets(), compact, ringKib, command);
    PrintWriter err = spec.commandLine().getErr();
    TraceFs traceFs = TraceFs.find(PROC.resolve("mounts"));
    RecordResult result =
        new Recorder(traceFs, PROC, line -> err.println("quarry: " + line)).record(options);
    say(err, result);
    return result.exitCode();
  }

  private void say(PrintWriter err, RecordResult result) {
    err.printf(
        Locale.ROOT,
        "quarry: %,d events in %.2f s, %s%n",
        result.events(),
        result.seconds(),
        result.lost() == 0
            ? "none lost"
            : String.format(Locale.ROOT, "%,d LOST: use a larger --ring", result.lost()));
    result.notes().forEach(note -> err.println("  " + note));
    if (result.exitCode() != 0) {
      err.println("quarry: the command ended with exit code " + result.exitCode());
    }
  }

  private List<EventSet> sets() {
    try {
      return EventSet.parse(events);
    } catch (IllegalArgumentException e) {
      throw mistake("--events: " + e.getMessage());
    }
  }

  private ParameterException mistake(String text) {
    return new ParameterException(spec.commandLine(), text);
  }
}
