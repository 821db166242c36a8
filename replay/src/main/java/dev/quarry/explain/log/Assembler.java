package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import dev.quarry.explain.log.text.HardWrap;
import dev.quarry.explain.log.text.LogLine;
import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a report of its statements, in their order: each kind of line has its own reader, and this
 * type hands the lines out.
 */
final class Assembler {
  private final Problems problems;
  private final String file;
  private final RequestReader request;
  private final ZoneTable zones;
  private final OomReader oom;
  private final Map<String, Long> pages = new LinkedHashMap<>();
  private final Map<Integer, Map<String, Long>> nodes = new TreeMap<>();
  private final Map<String, Long> slabs = new LinkedHashMap<>();
  private final List<String> callTrace = new ArrayList<>();
  private OptionalLong freeSwapKb = OptionalLong.empty();
  private OptionalLong totalSwapKb = OptionalLong.empty();
  private @Nullable String kernel;
  private boolean inDump;

  private Assembler(String file) {
    this.file = file;
    this.problems = new Problems(file);
    this.request = new RequestReader(problems);
    this.zones = new ZoneTable(file, problems);
    this.oom = new OomReader(problems);
  }

  /**
   * The report in some lines; null if there is none after all.
   *
   * @param kernelBefore the release that an earlier line of the log names
   * @param remark what was seen of the report besides its lines; null if nothing
   */
  static @Nullable MemoryReport report(
      String file, List<LogLine> lines, @Nullable String kernelBefore, @Nullable String remark) {
    List<Statement> statements = Joiner.join(HardWrap.undo(lines, Joiner::isAnother));
    Assembler assembler = new Assembler(file);
    long first = 0;
    long last = 0;
    for (Statement statement : statements) {
      if (statement.kind().isOfReport()) {
        first = first == 0 ? statement.line() : first;
        last = statement.lastLine();
        assembler.take(statement);
      }
    }
    if (first == 0 || (assembler.request.kind() == null && assembler.isEmpty())) {
      return null;
    }
    if (remark != null) {
      assembler.problems.add(first, remark);
    }
    return assembler.build(first, last, kernelBefore);
  }

  private boolean isEmpty() {
    return zones.isEmpty() && pages.isEmpty() && nodes.isEmpty();
  }

  private void take(Statement line) {
    switch (line.kind()) {
      case HEADER -> request.header(line);
      case CPUSET -> request.sets(line.text());
      case CPU -> cpu(line);
      case TRACE -> trace(line);
      case MEM_INFO -> inDump = true;
      case PAGES -> CounterLine.readInto(pages, line, 0, problems);
      case NODE -> node(line);
      case ZONE -> zone(line);
      case RESERVE -> zones.reserve(line);
      case BLOCKS -> zones.blocks(line);
      case HUGE -> huge(line);
      case TOTAL -> total(line);
      case SWAP -> swap(line);
      case SLAB -> slab(line);
      default -> takeOom(line);
    }
  }

  private void takeOom(Statement line) {
    switch (line.kind()) {
      case TASK_HEAD -> oom.columns(line);
      case TASK -> oom.task(line);
      case MEMCG -> oom.memcg(line);
      case OOM_KILL -> {
        oom.oomKill(line);
        request.sets(line.text());
      }
      case KILL -> oom.kill(line);
      case PANIC -> oom.panic(line);
      default -> {}
    }
  }

  private void cpu(Statement line) {
    if (inDump || kernel != null) {
      return;
    }
    request.cpu(line);
    String text = line.text();
    int taint = Math.max(text.indexOf("Not tainted"), text.indexOf("Tainted:"));
    if (taint >= 0) {
      String release = ReleaseWord.find(text, taint);
      kernel = release;
    }
  }

  private void trace(Statement line) {
    String function = inDump ? null : TraceLine.function(line.text());
    if (function != null) {
      callTrace.add(function);
    }
  }

  private void node(Statement line) {
    inDump = true;
    Cursor cursor = new Cursor(line.text(), 4);
    cursor.skipSpaces();
    int node = problems.small(cursor.digits(), line.line(), "the node");
    cursor.skipSpaces();
    CounterLine.readInto(
        nodes.computeIfAbsent(node, _ -> new LinkedHashMap<>()), line, cursor.at(), problems);
  }

  private void zone(Statement line) {
    inDump = true;
    zones.zone(line);
  }

  /** Huge pages of one size on one node, kept in kB: {@code hugepages_total_2048kB}. */
  private void huge(Statement line) {
    String text = line.text();
    Cursor cursor = new Cursor(text, 4);
    cursor.skipSpaces();
    int node = problems.small(cursor.digits(), line.line(), "the node");
    String size = hugeFigure(text, "hugepages_size=");
    String total = hugeFigure(text, "hugepages_total=");
    String free = hugeFigure(text, "hugepages_free=");
    Long kb = size.isEmpty() ? null : problems.number(size, line.line(), "hugepages_size");
    if (kb == null || kb > 1L << 40 || "0".equals(total)) {
      return;
    }
    Map<String, Long> counters = nodes.computeIfAbsent(node, _ -> new LinkedHashMap<>());
    hugeKb(counters, "hugepages_total_" + kb + "kB", total, kb, line);
    hugeKb(counters, "hugepages_free_" + kb + "kB", free, kb, line);
  }

  private void hugeKb(
      Map<String, Long> counters, String name, String digits, long kb, Statement line) {
    Long count = digits.isEmpty() ? null : problems.number(digits, line.line(), name);
    if (count != null && count < 1L << 40) {
      counters.putIfAbsent(name, count * kb);
    }
  }

  private static String hugeFigure(String text, String key) {
    int at = text.indexOf(key);
    return at < 0 ? "" : new Cursor(text, at + key.length()).digits();
  }

  private void total(Statement line) {
    String name = TotalLine.name(line.text());
    if (name != null) {
      Long value = problems.number(new Cursor(line.text()).digits(), line.line(), name);
      if (value != null) {
        pages.putIfAbsent(name, value);
      }
    }
  }

  /** {@code Free swap = 0kB}, and {@code Free swap: 0kB} of 2.6. */
  private void swap(Statement line) {
    String text = line.text();
    int digit = 0;
    while (digit < text.length() && !Cursor.isDigit(text.charAt(digit))) {
      digit++;
    }
    boolean free = text.startsWith("Free");
    String digits = new Cursor(text, digit).digits();
    if (digits.isEmpty()) {
      problems.add(line.line(), (free ? "free" : "total") + " swap is cut off");
      return;
    }
    Long kb = problems.number(digits, line.line(), free ? "free swap" : "total swap");
    if (kb != null && free && freeSwapKb.isEmpty()) {
      freeSwapKb = OptionalLong.of(kb);
    } else if (kb != null && !free && totalSwapKb.isEmpty()) {
      totalSwapKb = OptionalLong.of(kb);
    }
  }

  private void slab(Statement line) {
    String[] words = line.text().split(" +", -1);
    if (words.length == 3) {
      String digits = words[2].substring(0, words[2].length() - 2);
      Long kb = problems.number(digits, line.line(), words[0]);
      if (kb != null) {
        slabs.merge(words[0], kb, Math::max);
      }
    } else {
      problems.add(line.line(), "the row of slab " + words[0] + " is cut off; it is left out");
    }
  }

  private MemoryReport build(long first, long last, @Nullable String kernelBefore) {
    ReportKind kind = request.kind() == null ? ReportKind.NO_HEADER : request.kind();
    request.check(first);
    if (zones.isEmpty() && !oom.isOfGroup()) {
      problems.add(first, "the report has no zones");
    }
    String release = kernel == null ? kernelBefore : kernel;
    int pageKb = PageSize.kb(zones, pages, nodes, problems, first);
    List<ZoneDump> dumps = zones.dumps(pageKb);
    OomDump oomDump = kind == ReportKind.OOM ? oom.dump(request.scoreAdj(), pageKb) : null;
    return new MemoryReport(
        kind,
        new Place(file, first),
        last,
        release,
        release == null ? null : ReleaseWord.rules(release),
        request.request(),
        pageKb,
        Collections.unmodifiableMap(pages),
        Collections.unmodifiableMap(nodes),
        List.copyOf(dumps),
        freeSwapKb,
        totalSwapKb,
        Collections.unmodifiableMap(slabs),
        oomDump,
        List.copyOf(callTrace),
        problems.texts());
  }
}
