package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Escapes;
import dev.quarry.explain.log.text.LogLine;
import dev.quarry.explain.log.text.RawLines;
import java.util.ArrayList;
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

  /** A line that nothing explained: noise, or the first half of a line whose head was cut. */
  private @Nullable Statement loose;

  private boolean nothingBetween;

  private Joiner() {}

  static List<Statement> join(List<LogLine> lines) {
    Joiner joiner = new Joiner();
    for (LogLine line : lines) {
      boolean prefixed = line.prefixed();
      for (String text : Escapes.lines(line.text())) {
        if (!text.isEmpty()) {
          joiner.take(text, line.number(), prefixed);
          prefixed = false;
        }
      }
    }
    return joiner.statements;
  }

  private void take(String text, long line, boolean prefixed) {
    StatementKind kind = Head.of(text);
    if (!prefixed && goesOnWithHead(text, line)) {
      return;
    }
    // A number alone may be a total of which the rest follows, or the rest of a list.
    boolean weak = kind == StatementKind.OTHER || (kind == StatementKind.TOTAL && !prefixed);
    if (weak && goesOn(text, line, prefixed)) {
      return;
    }
    if (!prefixed && goesOnWithLoose(kind, text, line)) {
      return;
    }
    if (kind == StatementKind.OTHER) {
      loose = new Statement(kind, text, line);
      nothingBetween = false;
      return;
    }
    open(new Statement(kind, text, line), prefixed);
  }

  private void open(Statement statement, boolean prefixed) {
    statements.add(statement);
    open = statement;
    openPrefixed = prefixed;
    nothingBetween = true;
    loose = null;
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
    nothingBetween = true;
    return true;
  }

  /** {@code worker:} and {@code page allocation failure: …}, {@code Mem-} and {@code Info:}. */
  private boolean goesOnWithLoose(StatementKind kind, String text, long line) {
    Statement before = loose;
    if (before == null || line - before.lastLine() > RawLines.KEPT) {
      return false;
    }
    boolean name =
        kind == StatementKind.HEADER
            && HeaderLine.lacksName(text)
            && HeaderLine.isNameOf(before.text(), text);
    if (kind != StatementKind.OTHER && !name) {
      return false;
    }
    for (Seam seam : new Seam[] {Seam.SPACE, Seam.GLUE}) {
      String whole = seam == Seam.SPACE ? before.text() + ' ' + text : before.text() + text;
      StatementKind wholeKind = Head.of(whole);
      if (wholeKind != StatementKind.OTHER) {
        before.append(seam, text, line);
        before.is(wholeKind);
        open(before, openPrefixed);
        return true;
      }
    }
    return false;
  }

  private boolean goesOn(String text, long line, boolean prefixed) {
    Statement statement = open;
    if (statement == null) {
      return false;
    }
    boolean adjacent = nothingBetween && openPrefixed && !prefixed;
    Seam seam =
        statement.kind() == StatementKind.TASK
            ? TaskRow.seam(statement.text(), text, columns, adjacent)
            : Continuation.of(statement, text, adjacent);
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
