package dev.quarry.machine;

import java.util.List;

/** A NUMA node: its number and its distance to every node, itself included (10 is local). */
public record NodeSpec(int id, List<Integer> distances) {
  public NodeSpec {
    distances = List.copyOf(distances);
  }
}
