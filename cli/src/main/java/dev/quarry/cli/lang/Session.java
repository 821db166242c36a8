package dev.quarry.cli.lang;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What a shell or a script remembers between its commands: names, and what commands attach. */
public final class Session implements AutoCloseable {
  private static final int MOST_NAMES = 1_000_000;

  private final PrintWriter out;
  private final Map<String, Value> names = new TreeMap<>();
  private final Map<Class<?>, Object> attachments = new LinkedHashMap<>();
  private volatile boolean interrupted;
  private boolean over;

  /** A session that prints to {@code out}. */
  public Session(PrintWriter out) {
    this.out = out;
  }

  /** Where results go. */
  public PrintWriter out() {
    return out;
  }

  /** The names that are defined. */
  public Set<String> names() {
    return names.keySet();
  }

  /** What a name stands for, or null. */
  @org.jspecify.annotations.Nullable
  Value name(String name) {
    return names.get(name);
  }

  void define(String name, Value value) {
    if (names.size() >= MOST_NAMES && !names.containsKey(name)) {
      throw new IllegalArgumentException("there are " + MOST_NAMES + " names already");
    }
    names.put(name, value);
  }

  /** Forgets all names. */
  public void forgetNames() {
    names.clear();
  }

  /** What was attached of a type, made when it is first asked for. */
  public <T> T attached(Class<T> type, Supplier<T> otherwise) {
    return type.cast(attachments.computeIfAbsent(type, key -> otherwise.get()));
  }

  /** Replaces what is attached of a type, closing it. */
  public <T> void attach(Class<T> type, T thing) {
    closeQuietly(attachments.put(type, thing));
  }

  /** Asks the script that runs to stop, as Ctrl-C does. */
  public void interrupt() {
    interrupted = true;
  }

  boolean takeInterrupt() {
    boolean was = interrupted;
    interrupted = false;
    return was;
  }

  /** Ends the session after the command that runs. */
  public void quit() {
    over = true;
  }

  /** Whether {@link #quit} was called. */
  public boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    attachments.values().forEach(Session::closeQuietly);
    attachments.clear();
  }

  private static void closeQuietly(@org.jspecify.annotations.Nullable Object thing) {
    if (thing instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("could not be closed", e);
      }
    }
  }
}
