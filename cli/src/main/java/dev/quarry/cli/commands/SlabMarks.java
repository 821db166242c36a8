package dev.quarry.cli.commands;

import dev.quarry.slab.SlabView;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How pictures show the objects of a slab. */
final class SlabMarks {
  static final String LEGEND =
      "█ in use, · free, a free and in an array, r freed by a CPU that is not the owner, ▒ several";

  /** How many objects of a chain are shown, if there is room. */
  static final int LISTED = 8;

  private SlabMarks() {}

  /** The number of a slab among all of its cache. */
  static int numberOf(List<SlabView> slabs, SlabView slab) {
    return slabs.stream().map(SlabView::descriptor).toList().indexOf(slab.descriptor());
  }

  /** An object's state in words. */
  static String state(SlabView slab, int index) {
    return switch (mark(slab, Set.copyOf(slab.remoteChain()), index)) {
      case '█' -> "in use";
      case 'a' -> "in an array";
      case 'r' -> "freed by another CPU";
      default -> "free";
    };
  }

  static char mark(SlabView slab, Set<Integer> remote, int index) {
    int number = slab.numbers().get(index);
    if (number == SlabView.ACTIVE) {
      return '█';
    }
    if (number == SlabView.CACHED) {
      return 'a';
    }
    return remote.contains(index) ? 'r' : '·';
  }

  /** A slab's objects as marks, at most {@code width} of them. */
  static String bar(SlabView slab, int width) {
    int num = slab.numbers().size();
    int perMark = (num + width - 1) / width;
    Set<Integer> remote = Set.copyOf(slab.remoteChain());
    StringBuilder bar = new StringBuilder("▐");
    for (int from = 0; from < num; from += perMark) {
      char first = mark(slab, remote, from);
      boolean same = true;
      for (int index = from; index < Math.min(num, from + perMark); index++) {
        same &= mark(slab, remote, index) == first;
      }
      bar.append(same ? first : '▒');
    }
    return bar.append('▌').toString();
  }

  /** A chain of free objects with its end mark. */
  static String chain(List<Integer> chain, int most) {
    if (chain.isEmpty()) {
      return "END";
    }
    boolean tooLong = chain.size() > most;
    List<Integer> shown = tooLong ? chain.subList(0, most - 2) : chain;
    String text = shown.stream().map(String::valueOf).collect(Collectors.joining(" → "));
    return text + (tooLong ? " → … → " + chain.getLast() : "") + " → END";
  }
}
