package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import dev.quarry.explain.log.text.Escapes;
import dev.quarry.explain.log.text.LogLine;
import dev.quarry.explain.log.text.RawLines;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes statements of lines: puts together what was wrapped, and drops what is no part of a report.
 *
 * <pre>
 *   Node 0 DMA free:13312kB boost:0kB         a head: opens a statement
 *   usb 1-2: USB disconnect                   no head, does not fit: noise
 *   reserved_highatomic:0KB active_anon:0kB   no head, fits the open statement: its rest
 *   lowmem_reserve[]: 0 833 15809             a head: closes it, opens the next
 * </pre>
 */
final class Joiner {
  private final List<Statement> statements = new ArrayList<>();
  private @Nullable Statement open;
  private boolean openPrefixed;
  private TaskColumns columns = new TaskColumns(List.of("name"));

  /** Lines that nothing explained: noise, or the first half of a line whose head was cut. */
  private final Deque<Statement> loose = new ArrayDeque<>();

  private final Pieces pieces = new Pieces();

  private boolean nothingBetween;

  private Joiner() {}

  static List<Statement> join(List<LogLine> lines) {
    Joiner joiner = new Joiner();
    for (LogLine line : lines) {
      boolean prefixed = line.prefixed();
      for (String message : Escapes.lines(line.text())) {
        for (String text : Reflow.lines(message)) {
          if (!text.isBlank()) {
            joiner.take(text.strip(), line.number(), prefixed);
            prefixed = false;
          }
        }
      }
    }
    return joiner.statements;
  }

  /**
   * Whether a line begins a statement although the one before it may go on: both are whole by
   * themselves.
   */
  static boolean isAnother(LogLine before, LogLine line) {
    String text = line.text();
    StatementKind kind = Head.of(text);
    if (kind == StatementKind.TOTAL) {
      return TotalLine.name(text) != null;
    }
    if (kind != StatementKind.PAGES) {
      return kind.isOfReport() && kind.isToldByItsBeginning();
    }
    String open = before.text();
    String last = open.substring(open.lastIndexOf(' ') + 1);
    return Head.of(open) != StatementKind.PAGES || WordShape.PAGES.is(last, "");
  }

  private void take(String printed, long line, boolean prefixed) {
    if (!prefixed && goesOnWithHead(printed, line)) {
      return;
    }
    String text = pieces.withNode(printed, line);
    StatementKind kind = Head.of(text);
    // A number alone may be a total of which the rest follows, or the rest of a list.
    boolean half = kind == StatementKind.TOTAL || kind == StatementKind.PENDING;
    boolean weak = kind == StatementKind.OTHER || (half && !prefixed);
    if (!prefixed && weak && isRestOfLast(line) && goesOnWithLoose(kind, text, line)) {
      return;
    }
    if (weak && goesOn(text, line, prefixed)) {
      return;
    }
    if (!prefixed && goesOnWithLoose(kind, text, line)) {
      return;
    }
    if ((kind == StatementKind.OTHER || half) && pieces.take(text, line, prefixed)) {
      return;
    }
    if (kind == StatementKind.OTHER) {
      keepLoose(new Statement(kind, text, line));
      return;
    }
    open(new Statement(kind, text, line), prefixed);
  }

  private void open(Statement statement, boolean prefixed) {
    statements.add(statement);
    pieces.begin(statement, prefixed);
    open = statement;
    openPrefixed = prefixed;
    nothingBetween = true;
    loose.clear();
    if (statement.kind() == StatementKind.TASK_HEAD) {
      columns = TaskColumns.of(statement.text());
    }
  }

  /** The rest of {@code Node 0}, whatever it looks like by itself. */
  private boolean goesOnWithHead(String text, long line) {
    Statement head = open;
    if (head == null || head.kind() != StatementKind.PENDING) {
      return false;
    }
    StatementKind whole = Head.of(head.text() + ' ' + text);
    if (whole == StatementKind.OTHER) {
      return false;
    }
    head.append(Seam.SPACE, text, line);
    head.is(whole);
    pieces.nodeIsWhole();
    pieces.begin(head, openPrefixed);
    nothingBetween = true;
    return true;
  }

  /** Whether the line right before was not explained either. */
  private boolean isRestOfLast(long line) {
    Statement last = loose.peekFirst();
    return last != null && line - last.lastLine() <= 1;
  }

  private void keepLoose(Statement line) {
    loose.addFirst(line);
    if (loose.size() > RawLines.KEPT) {
      loose.removeLast();
    }
    nothingBetween = false;
  }

  private boolean goesOnWithLoose(StatementKind kind, String text, long line) {
    for (Statement before : loose) {
      if (line - before.lastLine() <= RawLines.KEPT && goesOnWith(before, kind, text, line)) {
        return true;
      }
    }
    return false;
  }

  /** {@code worker:} and {@code page allocation failure: …}, {@code Mem-} and {@code Info:}. */
  private boolean goesOnWith(Statement before, StatementKind kind, String text, long line) {
    boolean name =
        kind == StatementKind.HEADER
            && HeaderLine.lacksName(text)
            && HeaderLine.isNameOf(before.text(), text);
    boolean row = kind == StatementKind.SLAB && before.text().endsWith("-");
    if (kind != StatementKind.OTHER && kind != StatementKind.TOTAL && !name && !row) {
      return false;
    }
    for (Seam seam : new Seam[] {Seam.SPACE, Seam.GLUE}) {
      String whole = seam == Seam.SPACE ? before.text() + ' ' + text : before.text() + text;
      StatementKind wholeKind = Head.of(whole);
      boolean torn =
          (wholeKind == StatementKind.TASK && !Cursor.isDigit(text.charAt(0)))
              || (row && seam == Seam.SPACE);
      if (wholeKind != StatementKind.OTHER && !torn) {
        before.append(seam, text, line);
        before.is(wholeKind);
        open(before, openPrefixed);
        return true;
      }
    }
    return false;
  }

  private Seam seam(Statement statement, String text, boolean adjacent) {
    if (statement.kind() == StatementKind.RESERVE && !nothingBetween) {
      return Seam.NONE;
    }
    return Continuation.of(statement, text, adjacent);
  }

  private boolean goesOn(String text, long line, boolean prefixed) {
    Statement statement = open;
    if (statement == null) {
      return false;
    }
    if (prefixed && !statement.kind().isList()) {
      return false;
    }
    boolean adjacent = nothingBetween && openPrefixed && !prefixed;
    Seam seam =
        statement.kind() == StatementKind.TASK
            ? TaskRow.seam(statement.text(), text, columns, nothingBetween, adjacent)
            : seam(statement, text, adjacent);
    if (seam == Seam.NONE) {
      return false;
    }
    statement.append(seam, text, line);
    nothingBetween = true;
    if (statement.kind() == StatementKind.TASK_HEAD) {
      columns = TaskColumns.of(statement.text());
    }
    return true;
  }
}
