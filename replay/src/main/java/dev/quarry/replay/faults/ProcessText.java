package dev.quarry.replay.faults;

import dev.quarry.replay.calls.AreaKind;
import dev.quarry.replay.calls.PlayedProcess;
import dev.quarry.replay.calls.SpaceSample;
import dev.quarry.replay.pressure.PressureText;
import dev.quarry.replay.text.Sparkline;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.space.RssKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/** A replay of processes as text. */
public final class ProcessText {
  private static final int NAME_WIDTH = 24;
  private static final int NOTE_WIDTH = 96;
  private static final int SPARK_WIDTH = 40;

  private final StringBuilder out = new StringBuilder();
  private final ProcessResult result;

  private ProcessText(ProcessResult result) {
    this.result = result;
  }

  /** The text, with its last line's end. */
  public static String of(ProcessResult result) {
    ProcessText text = new ProcessText(result);
    text.head();
    if (result.hasFaults()) {
      text.faultTable();
      text.score();
      text.kinds();
      text.overTime();
    } else {
      text.callTable();
    }
    if (result.pressure().settings().isSet()) {
      text.out.append('\n').append(PressureText.of(result.pressure()));
    }
    text.notes();
    return text.out.toString();
  }

  private void print(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }

  private void head() {
    print("%s: %,d events, ", result.name(), result.spaces().events());
    print("%,d processes, ", result.processes().size());
    print("%,d of them with a space made in the recording%n%n", result.known().size());
  }

  private void faultTable() {
    print("%35s%9s %s%n", "faults", "", "pages at the end, model/kernel");
    print("%7s %-" + NAME_WIDTH + "s ", "pid", "program");
    print("%8s %8s %6s ", "kernel", "model", "off");
    print("%15s %15s %13s %8s%n", "anonymous", "of files", "shared", "tables");
    for (PlayedProcess p : result.judged()) {
      print("%7d %-" + NAME_WIDTH + "s ", p.pid(), name(p));
      print("%8d %8d %6s ", p.actualFaults(), p.predictedFaults(), percent(p));
      print("%15s %15s ", pages(p, RssKind.ANON), pages(p, RssKind.FILE));
      print("%13s %7dK%n", pages(p, RssKind.SHMEM), p.tableBytes() >> 10);
    }
    int rest = result.known().size() - result.judged().size();
    if (rest > 0) {
      print("%7s and %d with fewer than %d faults%n", "", rest, ProcessResult.FEWEST_FAULTS);
    }
    out.append('\n');
  }

  private static String percent(PlayedProcess p) {
    double percent = ProcessResult.percent(p);
    return percent == 0 ? "0" : String.format(Locale.ROOT, "%+.2f%%", percent);
  }

  private static String pages(PlayedProcess p, RssKind kind) {
    return p.rss(kind) + "/" + (p.isRssKnown() ? Long.toString(p.kernelRss(kind)) : "?");
  }

  /** The last part of a program's path. */
  static String name(PlayedProcess p) {
    String path = p.program();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.length() > NAME_WIDTH ? name.substring(0, NAME_WIDTH) : name;
  }

  private void score() {
    List<PlayedProcess> judged = result.judged();
    print(
        "%d of %d processes of %d faults or more are within %.0f %% of the kernel's faults%n",
        result.near(), judged.size(), ProcessResult.FEWEST_FAULTS, ProcessResult.TOLERANCE_PERCENT);
    long actual = judged.stream().mapToLong(PlayedProcess::actualFaults).sum();
    long predicted = judged.stream().mapToLong(PlayedProcess::predictedFaults).sum();
    long present = judged.stream().mapToLong(PlayedProcess::presenceRight).sum();
    print("  all of them: %,d predicted, %,d of the kernel's; ", predicted, actual);
    print("in %,d both say the same of whether there was an entry%n", present);
    placed(judged);
    out.append('\n');
  }

  private void placed(List<PlayedProcess> processes) {
    long placed = processes.stream().mapToLong(PlayedProcess::placed).sum();
    long right = processes.stream().mapToLong(PlayedProcess::placedRight).sum();
    long calls = processes.stream().mapToLong(PlayedProcess::calls).sum();
    long different = processes.stream().mapToLong(PlayedProcess::callsDifferent).sum();
    print(
        "  of %,d areas that the kernel chose the address of, %,d are at the same; ",
        placed, right);
    print("%,d calls, %,d ended otherwise%n", calls, different);
  }

  private void kinds() {
    Map<FaultLeaf, Long> leaves = new EnumMap<>(FaultLeaf.class);
    Map<AreaKind, Long> model = new EnumMap<>(AreaKind.class);
    Map<AreaKind, Long> kernel = new EnumMap<>(AreaKind.class);
    for (PlayedProcess p : result.known()) {
      p.leaves().forEach((leaf, n) -> leaves.merge(leaf, n, Long::sum));
      p.predictedByArea().forEach((area, n) -> model.merge(area, n, Long::sum));
      p.actualByArea().forEach((area, n) -> kernel.merge(area, n, Long::sum));
    }
    out.append("faults by what was done           and by area            model     kernel\n");
    List<FaultLeaf> ends = List.copyOf(leaves.keySet());
    List<AreaKind> areas = List.copyOf(kernel.keySet());
    for (int i = 0; i < Math.max(ends.size(), areas.size()); i++) {
      String left = i < ends.size() ? ends.get(i).words() : "";
      String count = i < ends.size() ? Long.toString(leaves.getOrDefault(ends.get(i), 0L)) : "";
      print("  %-20s %9s", left, count);
      if (i < areas.size()) {
        AreaKind area = areas.get(i);
        print(
            "  %-16s %10d %10d",
            area.words(), model.getOrDefault(area, 0L), kernel.getOrDefault(area, 0L));
      }
      out.append('\n');
    }
    out.append('\n');
  }

  private void overTime() {
    row("resident, model", s -> sum(s.model()), "pages");
    row("resident, kernel", s -> sum(s.kernel()), "pages");
    row("page tables", s -> s.tableBytes() >> 10, "KiB");
  }

  private void row(String name, ToLongFunction<SpaceSample> of, String unit) {
    Sparkline line = new Sparkline(SPARK_WIDTH);
    result.samples().forEach(sample -> line.add(of.applyAsLong(sample)));
    print("%-17s %s  at most %,d %s%n", name, line.draw(), line.most(), unit);
  }

  /** Pages in memory: what is in swap is not. */
  static long sum(long[] pages) {
    return pages[RssKind.FILE.ordinal()]
        + pages[RssKind.ANON.ordinal()]
        + pages[RssKind.SHMEM.ordinal()];
  }

  private void callTable() {
    print("%7s %-" + NAME_WIDTH + "s ", "pid", "program");
    print("%7s %9s %13s %11s%n", "calls", "otherwise", "same address", "mapped KiB");
    for (PlayedProcess p : result.known()) {
      print("%7d %-" + NAME_WIDTH + "s ", p.pid(), name(p));
      String placed = p.placedRight() + " of " + p.placed();
      print("%7d %9d %13s %11d%n", p.calls(), p.callsDifferent(), placed, p.mappedPages() << 2);
    }
    out.append('\n');
    placed(result.known());
  }

  private void notes() {
    List<String> notes = ProcessNotes.of(result);
    if (!notes.isEmpty()) {
      out.append("\nnotes\n");
    }
    for (String note : notes) {
      int width = 0;
      out.append(" ");
      for (String word : note.split(" ")) {
        if (width + word.length() > NOTE_WIDTH) {
          out.append("\n   ");
          width = 0;
        }
        out.append(' ').append(word);
        width += word.length() + 1;
      }
      out.append('\n');
    }
  }
}
