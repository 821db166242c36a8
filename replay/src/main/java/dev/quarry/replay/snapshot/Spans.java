package dev.quarry.replay.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of frames as ranges that neither touch nor overlap. */
final class Spans {
  private final TreeMap<Integer, Integer> endByStart = new TreeMap<>();

  /** Frames {@code [start, end)}. */
  record Span(int start, int end) {
    int frames() {
      return end - start;
    }
  }

  /** Adds frames {@code [start, end)}; nothing if there are none. */
  void add(int start, int end) {
    if (start >= end) {
      return;
    }
    int from = start;
    int to = end;
    Map.Entry<Integer, Integer> near = endByStart.floorEntry(to);
    while (near != null && near.getValue() >= from) {
      from = Math.min(from, near.getKey());
      to = Math.max(to, near.getValue());
      endByStart.remove(near.getKey());
      near = endByStart.floorEntry(to);
    }
    endByStart.put(from, to);
  }

  /** Takes frames {@code [start, end)} away. */
  void remove(int start, int end) {
    Map.Entry<Integer, Integer> near = endByStart.lowerEntry(end);
    while (start < end && near != null && near.getValue() > start) {
      endByStart.remove(near.getKey());
      add(near.getKey(), Math.min(near.getValue(), start));
      add(Math.max(near.getKey(), end), near.getValue());
      near = endByStart.lowerEntry(start);
    }
  }

  /** Takes all frames of other ranges away. */
  void removeAll(Spans others) {
    for (Span span : others.toList()) {
      remove(span.start(), span.end());
    }
  }

  /** How many frames there are. */
  long frames() {
    long frames = 0;
    for (Map.Entry<Integer, Integer> span : endByStart.entrySet()) {
      frames += span.getValue() - span.getKey();
    }
    return frames;
  }

  /** The ranges in ascending order. */
  List<Span> toList() {
    List<Span> spans = new ArrayList<>(endByStart.size());
    endByStart.forEach((start, end) -> spans.add(new Span(start, end)));
    return spans;
  }
}
