package dev.quarry.replay.twin;

import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.FragmentationIndex;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.movable.CompactionRun;
import dev.quarry.replay.movable.Unmovable;
import java.util.Iterator;
import java.util.Locale;

/** A twin's report as text. */
public final class TwinText {
  private static final int KIB = 1024;

  private final StringBuilder out = new StringBuilder();
  private final TwinReport report;

  private TwinText(TwinReport report) {
    this.report = report;
  }

  /** The answer to one question, and why it is so; with {@code steps} all that was looked at. */
  public static String answer(TwinReport report, boolean steps) {
    TwinText text = new TwinText(report);
    text.head();
    text.answer(report.answers().getFirst(), steps);
    text.compacted();
    text.notes();
    return text.out.toString();
  }

  /** The table of all orders, and fragmentation by zone. */
  public static String table(TwinReport report) {
    TwinText text = new TwinText(report);
    text.head();
    text.table();
    text.zones();
    text.notes();
    return text.out.toString();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void head() {
    MachineSpec spec = report.spec();
    long managed = report.zones().stream().mapToLong(Fragmentation::pages).sum();
    long free = report.zones().stream().mapToLong(Fragmentation::free).sum();
    line(
        "twin of %s: Linux %s, %d CPU%s, %d node%s, %,d MiB managed, %,d MiB free",
        spec.name(),
        spec.release(),
        spec.cpuNodes().size(),
        spec.cpuNodes().size() == 1 ? "" : "s",
        spec.nodes().size(),
        spec.nodes().size() == 1 ? "" : "s",
        mebibytes(managed),
        mebibytes(free));
  }

  private long mebibytes(long pages) {
    return pages << report.spec().pageShift() >> 20;
  }

  private void answer(Answer answer, boolean steps) {
    Question question = answer.question();
    line(
        "order %d (%,d KiB) %s on CPU %d, node %d, without reclaim: %s",
        question.order(),
        (report.spec().pageSize() << question.order()) / KIB,
        GfpVocabulary.of(report.spec().release()).format(question.gfp()),
        question.cpu(),
        question.node(),
        answer.isYes() ? "yes" : "no");
    if (answer.isYes()) {
      line(
          "  %,d%s in a row, %,d MiB",
          answer.successes(),
          answer.isFinished() ? "" : " or more",
          mebibytes(answer.successes() << question.order()));
      for (Answer.FromZone from : answer.from()) {
        line("  %,d from %s", from.blocks(), from.zone());
      }
    }
    if (answer.isFinished()) {
      line(answer.isYes() ? "  then refused" : "  refused");
      for (String zone : answer.refusal().split("; ")) {
        line("    %s", zone);
      }
    }
    if (steps) {
      out.append(answer.steps());
    }
  }

  private void compacted() {
    for (CompactedFirst after : report.compacted()) {
      Answer answer = after.answer();
      line(
          "after compaction, %s: %s",
          after.unmovable() == null
              ? "of the pages that the files show on LRU lists"
              : after.unmovable() == Unmovable.TOGETHER
                  ? "if pages that cannot move lie together"
                  : "if pages that cannot move lie anywhere",
          answer.isYes()
              ? String.format(
                  Locale.ROOT,
                  "yes, %,d%s in a row",
                  answer.successes(),
                  answer.isFinished() ? "" : " or more")
              : "no");
      for (CompactionRun run : after.zones()) {
        line(
            "  %s: %,d of %,d movable pages moved, largest free block %s",
            run.zone(), run.moved(), run.movable(), orders(run));
      }
    }
  }

  private static String orders(CompactionRun run) {
    return run.before() == run.after()
        ? "still " + order(run.after())
        : order(run.before()) + " to " + order(run.after());
  }

  private static String order(int order) {
    return order == CompactionRun.NO_BLOCK ? "none" : "order " + order;
  }

  private void table() {
    line("");
    line(
        "How many blocks CPU %d would get in a row now, without reclaim:",
        report.answers().getFirst().question().cpu());
    StringBuilder header = new StringBuilder(String.format(Locale.ROOT, "%5s %9s", "order", "KiB"));
    for (String name : TwinReport.USUAL.keySet()) {
      header.append(String.format(Locale.ROOT, "  %20s", name));
    }
    line("%s", header);
    Iterator<Answer> answers = report.answers().iterator();
    for (int order = 0; order <= report.spec().maxOrder(); order++) {
      StringBuilder row =
          new StringBuilder(
              String.format(
                  Locale.ROOT, "%5d %,9d", order, (report.spec().pageSize() << order) / KIB));
      for (int i = 0; i < TwinReport.USUAL.size(); i++) {
        row.append(String.format(Locale.ROOT, "  %20s", cell(answers.next())));
      }
      line("%s", row);
    }
  }

  private static String cell(Answer answer) {
    if (!answer.isYes()) {
      return "no";
    }
    String count = String.format(Locale.ROOT, "%,d", answer.successes());
    return answer.isFinished() ? count : count + " or more";
  }

  private void zones() {
    line("");
    line(
        "%s",
        "Free blocks by order; the share of free memory in smaller blocks (%); why a request");
    line("%s", "would fail: for lack of memory (0) to for fragmentation (1):");
    for (Fragmentation zone : report.zones()) {
      line("  %s", zone.zone());
      StringBuilder blocks = new StringBuilder();
      StringBuilder unusable = new StringBuilder();
      StringBuilder external = new StringBuilder();
      for (int order = 0; order < zone.blocks().size(); order++) {
        blocks.append(String.format(Locale.ROOT, "%8d", zone.blocks().get(order)));
        unusable.append(String.format(Locale.ROOT, "%8.1f", zone.unusable(order) / 10.0));
        external.append(index(zone.external(order)));
      }
      line("    blocks    %s", blocks);
      line("    unusable  %s", unusable);
      line("    index     %s", external);
      if (!zone.pageblocks().isEmpty()) {
        StringBuilder types = new StringBuilder();
        zone.pageblocks()
            .forEach(
                (type, count) -> types.append(String.format(Locale.ROOT, "  %s %,d", type, count)));
        line("    pageblocks%s", types);
      }
    }
  }

  private static String index(int thousandths) {
    return thousandths == FragmentationIndex.SUITABLE
        ? "       -"
        : String.format(Locale.ROOT, "%8.3f", thousandths / 1000.0);
  }

  private void notes() {
    if (!report.notes().isEmpty()) {
      line("");
      line("What the files do not tell, or contradict:");
      report.notes().forEach(note -> line("  %s", note));
    }
  }
}
