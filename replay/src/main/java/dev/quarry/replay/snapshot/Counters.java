package dev.quarry.replay.snapshot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Named numbers in the order of their file, such as {@code vmstat}. Does not change. */
public final class Counters {
  /** No numbers. */
  public static final Counters EMPTY = new Counters(new LinkedHashMap<>());

  private final Map<String, Long> values;

  Counters(Map<String, Long> values) {
    this.values = new LinkedHashMap<>(values);
  }

  /** How many there are. */
  public int size() {
    return values.size();
  }

  /** The number of that name; empty if the file has none. */
  public OptionalLong get(String name) {
    Long value = values.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** The names in the file's order. */
  public List<String> names() {
    return List.copyOf(values.keySet());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Counters counters && values.equals(counters.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
