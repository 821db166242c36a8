package dev.quarry.replay.record;

import dev.quarry.replay.trace.TraceLine;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Goes through the lines of several texts in the order of their times. Lines that are no event,
 * such as those that say that events were lost, come with the event behind them.
 */
final class TextMerge implements Closeable {
  private final PriorityQueue<Source> next =
      new PriorityQueue<>(
          Comparator.comparingLong((Source source) -> source.line.micros())
              .thenComparingInt(source -> source.number));
  private final List<Source> sources = new ArrayList<>();

  /** Receives lines. */
  interface LineConsumer {
    /** An event, and its line. */
    void event(TraceLine line, String text) throws IOException;

    /** A line that is no event. */
    void other(String text) throws IOException;
  }

  private static final class Source {
    final int number;
    final BufferedReader in;
    final TraceLine line = new TraceLine();
    final List<String> others = new ArrayList<>();
    String text = "";

    Source(int number, Path file) throws IOException {
      this.number = number;
      this.in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
    }

    /** Goes to the next event. */
    boolean step() throws IOException {
      for (String read = in.readLine(); read != null; read = in.readLine()) {
        if (line.read(read)) {
          text = read;
          return true;
        }
        others.add(read);
      }
      return false;
    }
  }

  /** Opens the texts, each of which is in the order of its times. */
  TextMerge(List<Path> files) throws IOException {
    for (Path file : files) {
      sources.add(new Source(sources.size(), file));
    }
  }

  /** Gives all lines. */
  void forEach(LineConsumer consumer) throws IOException {
    for (Source source : sources) {
      advance(source, consumer);
    }
    while (!next.isEmpty()) {
      Source first = next.remove();
      for (String other : first.others) {
        consumer.other(other);
      }
      first.others.clear();
      consumer.event(first.line, first.text);
      advance(first, consumer);
    }
  }

  private void advance(Source source, LineConsumer consumer) throws IOException {
    if (source.step()) {
      next.add(source);
      return;
    }
    for (String other : source.others) {
      consumer.other(other);
    }
  }

  @Override
  public void close() throws IOException {
    for (Source source : sources) {
      source.in.close();
    }
  }
}
