package dev.quarry.replay.trace;

/**
 * One line of tracefs text, of any event:
 *
 * <pre>
 *   bash-2087 [000] ..... 12369.998046: kmem_cache_alloc: call_site=... name=names_cache ...
 *   java-2008 [001] ..... 12369.999723: sys_mmap(addr: 0, len: 0x10000, ...)
 *   java-2008 [001] ..... 12369.999741: sys_mmap -> 0x7f7975a60000
 *   thread          CPU   flags seconds  event      text
 * </pre>
 *
 * <p>One object is filled anew for each line.
 */
public final class TraceLine {
  private static final String SYSCALL = "sys_";
  private static final String RESULT = " -> ";

  private final TraceHead head = new TraceHead();
  private final TraceFields fields = new TraceFields();
  private String event = "";
  private String text = "";

  /** Makes one. */
  public TraceLine() {}

  /** Reads a line; false if it is no event. */
  public boolean read(String line) {
    // A thread's name may hold ": ": then what stands before it is no head.
    for (int at = line.indexOf(": "); at >= 0; at = line.indexOf(": ", at + 1)) {
      int begin = at + 2;
      if (begin < line.length() && head.read(line, begin).isEmpty()) {
        return split(line, begin);
      }
    }
    return false;
  }

  private boolean split(String line, int begin) {
    int end = begin;
    while (end < line.length() && isName(line.charAt(end))) {
      end++;
    }
    if (end == begin) {
      return false;
    }
    event = line.substring(begin, end);
    text = line.substring(end);
    fields.of(line, end);
    if (text.startsWith(":")) {
      text = text.substring(1).strip();
      return true;
    }
    return event.startsWith(SYSCALL) && splitSyscall();
  }

  /** A system call's entry has its arguments in brackets, its exit an arrow and the result. */
  private boolean splitSyscall() {
    String name = event.substring(SYSCALL.length());
    if (text.startsWith("(") && text.endsWith(")")) {
      event = "sys_enter_" + name;
      text = text.substring(1, text.length() - 1);
      return true;
    }
    if (text.startsWith(RESULT)) {
      event = "sys_exit_" + name;
      text = text.substring(RESULT.length()).strip();
      return true;
    }
    return false;
  }

  private static boolean isName(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** When, in microseconds. */
  public long micros() {
    return head.micros();
  }

  /** The CPU. */
  public long cpu() {
    return head.cpu();
  }

  /** The thread. */
  public long tid() {
    return head.tid();
  }

  /** The thread's name; {@code <...>} where the kernel has forgotten it. */
  public String comm() {
    return head.comm();
  }

  /** The event's name; {@code sys_enter_mmap} and {@code sys_exit_mmap} for system calls. */
  public String event() {
    return event;
  }

  /** What stands behind the name. */
  public String text() {
    return text;
  }

  /** The value of {@code key=value}; empty if it is not there. */
  public String field(String key) {
    return fields.text(key);
  }
}
