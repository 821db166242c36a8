package dev.quarry.cli.lang;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a shell or a script remembers between its commands: names, and what commands attach. */
public final class Session implements AutoCloseable {
  private static final int MOST_NAMES = 100_000;

  /** Names that need no definition, such as a zone's. */
  public interface Builtins {
    /** All of them, for completion. */
    List<String> names(Session session);

    /** What one stands for, or null. */
    @Nullable Value value(Session session, String name);
  }

  private final PrintWriter out;
  private final Builtins builtins;
  private final NavigableMap<String, Value> names = new TreeMap<>();
  private final Map<Class<?>, Object> attachments = new LinkedHashMap<>();
  private Budget budget = new Budget(Budget.DEFAULT_STEPS);
  private volatile boolean interrupted;
  private boolean over;
  private boolean echoes;

  /** A session that prints to {@code out}. */
  public Session(PrintWriter out, Builtins builtins) {
    this.out = out;
    this.builtins = builtins;
  }

  /** Where results go. */
  public PrintWriter out() {
    return out;
  }

  /** The names that were defined, with their values. */
  public Map<String, Value> names() {
    return Collections.unmodifiableMap(names);
  }

  /** All names that may be used now. */
  public List<String> usableNames() {
    List<String> all = new ArrayList<>(names.keySet());
    all.addAll(builtins.names(this));
    return all;
  }

  /** What a name stands for, or null. */
  public @Nullable Value name(String name) {
    Value value = names.get(name);
    return value == null ? builtins.value(this, name) : value;
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

  /** Gives what runs next a budget of its own. */
  public void budget(Budget next) {
    budget = next;
    interrupted = false;
  }

  /**
   * Says that a command is about to work for so many steps.
   *
   * @throws IllegalStateException if the script has no more, or the user wants it to stop
   */
  public void spend(long steps) {
    if (interrupted) {
      interrupted = false;
      throw new IllegalStateException(ScriptException.INTERRUPTED);
    }
    budget.spend(steps);
  }

  /** Asks the script that runs to stop, as Ctrl-C does. */
  public void interrupt() {
    interrupted = true;
  }

  /** Whether a script's lines are shown before their results. */
  public boolean echoes() {
    return echoes;
  }

  /** Says whether a script's lines are to be shown before their results. */
  public void echo(boolean shows) {
    echoes = shows;
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
    attachments.values().forEach(Session::closeIfNeeded);
    attachments.clear();
  }

  private static void closeIfNeeded(Object thing) {
    if (thing instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("could not be closed", e);
      }
    }
  }
}
