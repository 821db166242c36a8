package dev.quarry.slab;

import java.util.List;

/**
 * An array of free objects as it is at one moment, {@code struct array_cache}.
 *
 * @param name whose it is: {@code CPU 0}, {@code shared node 0}, {@code alien node 0 → 1}
 * @param limit how many objects it holds
 * @param objects addresses, the oldest first; the last is served next
 */
public record ArrayView(String name, int limit, List<Long> objects) {
  public ArrayView {
    objects = List.copyOf(objects);
  }
}
