package dev.quarry.bench.run;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the figures share: how long to measure, where things are, what to tell the reader. */
public final class Context {
  private final Effort effort;
  private final Path root;
  private final Path results;
  private final PrintWriter err;
  private final List<String> notes = new ArrayList<>();

  /**
   * Makes it.
   *
   * @param root the repository's folder
   * @param results the folder for this run's results
   * @param err where progress is shown
   */
  public Context(Effort effort, Path root, Path results, PrintWriter err) {
    this.effort = effort;
    this.root = root;
    this.results = results;
    this.err = err;
  }

  /** How long to measure. */
  public Effort effort() {
    return effort;
  }

  /** The repository's folder. */
  public Path root() {
    return root;
  }

  /** The folder for this run's results. */
  public Path results() {
    return results;
  }

  /** Says what is being done. */
  public void progress(String text) {
    err.println("  " + text);
    err.flush();
  }

  /** Adds to what the reader of the current figure must know. */
  public void note(String note) {
    if (!notes.contains(note)) {
      notes.add(note);
    }
  }

  /** The notes of the figure that is done. */
  public List<String> takeNotes() {
    List<String> taken = List.copyOf(notes);
    notes.clear();
    return taken;
  }
}
