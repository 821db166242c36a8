package dev.quarry.replay.faults;

import dev.quarry.replay.calls.PlayedProcess;
import dev.quarry.replay.calls.SpaceSample;
import dev.quarry.replay.pressure.PressureText;
import dev.quarry.virtual.space.RssKind;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Two replays of one recording of faults, side by side. */
public final class ProcessVersusText {
  private static final int NAME_WIDTH = 24;

  private final StringBuilder out = new StringBuilder();

  private ProcessVersusText() {}

  /** The text, with its last line's end. */
  public static String of(
      String firstName, ProcessResult first, String secondName, ProcessResult second) {
    ProcessVersusText text = new ProcessVersusText();
    text.print("%s%n  A: %s%n  B: %s%n%n", first.name(), firstName, secondName);
    text.table(first, second);
    return text.out.toString();
  }

  private void print(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }

  private void table(ProcessResult first, ProcessResult second) {
    print("%7s %-" + NAME_WIDTH + "s ", "pid", "program");
    print("%9s %9s %9s %9s%n", "faults A", "B", "pages A", "B");
    for (int i = 0; i < first.processes().size(); i++) {
      PlayedProcess a = first.processes().get(i);
      PlayedProcess b = second.processes().get(i);
      if (a.isSpaceKnown() && a.actualFaults() >= ProcessResult.FEWEST_FAULTS) {
        print("%7d %-" + NAME_WIDTH + "s ", a.pid(), ProcessText.name(a));
        print("%9d %9d ", a.predictedFaults(), b.predictedFaults());
        print("%9d %9d%n", resident(a), resident(b));
      }
    }
    out.append('\n');
    line("faults", first, second, PlayedProcess::predictedFaults);
    line("pages at the ends", first, second, ProcessVersusText::resident);
    line("bytes of page tables", first, second, PlayedProcess::tableBytes);
    print("  %-24s %,15d %,15d%n", "pages, at most", peak(first), peak(second));
    out.append(PressureText.versus(first.pressure(), second.pressure()));
    out.append(
        "\nOnly accesses are known at which the recorded kernel had a fault: where B maps less than"
            + " the\nkernel did, it would have further faults.\n");
  }

  private static long resident(PlayedProcess p) {
    long pages = 0;
    for (RssKind kind : RssKind.values()) {
      pages += kind == RssKind.SWAP ? 0 : p.rss(kind);
    }
    return pages;
  }

  private void line(
      String what, ProcessResult first, ProcessResult second, ToLongFunction<PlayedProcess> of) {
    print("  %-24s %,15d %,15d%n", what, sum(first.known(), of), sum(second.known(), of));
  }

  private static long sum(List<PlayedProcess> processes, ToLongFunction<PlayedProcess> of) {
    return processes.stream().mapToLong(of).sum();
  }

  private static long peak(ProcessResult result) {
    long most = 0;
    for (SpaceSample sample : result.samples()) {
      most = Math.max(most, ProcessText.sum(sample.model()));
    }
    return most;
  }
}
