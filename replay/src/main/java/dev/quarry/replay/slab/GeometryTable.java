package dev.quarry.replay.slab;

import dev.quarry.machine.KmallocGeometry;
import dev.quarry.replay.compact.SlabMark;
import dev.quarry.replay.recording.SlabEvent;
import dev.quarry.replay.recording.SlabRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * "Which geometry would have saved how much": a recording's kmalloc requests under several ways to
 * serve them. Counted are the blocks themselves; what is left over in slabs and in their
 * descriptors comes on top of all but the first.
 */
final class GeometryTable {
  private static final long ONE_SIZE = 4096;
  private static final int WORD = 8;

  /** Sums of block sizes under one rule. */
  private static final class Sum {
    final String name;
    final String rule;
    final LongUnaryOperator blockBytes;
    long held;
    long most;
    long askedThen;

    Sum(String name, String rule, LongUnaryOperator blockBytes) {
      this.name = name;
      this.rule = rule;
      this.blockBytes = blockBytes;
    }

    void held(long bytes, long asked) {
      held = bytes;
      if (held > most) {
        most = held;
        askedThen = asked;
      }
    }
  }

  private final HandleTable live = new HandleTable();
  private final FirstFit heap = new FirstFit();
  private final Sum firstFit = new Sum("first fit", "one heap of blocks of any size", bytes -> 0);
  private final List<Sum> sums = new ArrayList<>();
  private long asked;

  private GeometryTable(long pageBytes) {
    sums.add(new Sum("one size", "blocks of 4 KiB", bytes -> up(bytes, ONE_SIZE)));
    rule(KmallocGeometry.COURSE, "32 bytes to 4 MiB, powers of two, 96, 192", pageBytes);
    rule(KmallocGeometry.OLDER, "32 to 131,056, powers of two less a header", pageBytes);
    rule(KmallocGeometry.LINUX, "8 bytes to 8 KiB, powers of two, 96, 192", pageBytes);
    rule(KmallocGeometry.FINE, "8 steps for each doubling, to 32 KiB", pageBytes);
    sums.add(new Sum("exact", "multiples of 8 bytes", bytes -> up(bytes, WORD)));
  }

  private void rule(KmallocGeometry geometry, String rule, long pageBytes) {
    int[] sizes = geometry.sizes().stream().mapToInt(Integer::intValue).toArray();
    sums.add(new Sum(geometry.label(), rule, bytes -> blockOf(sizes, bytes, pageBytes)));
  }

  /** The first size that holds the bytes; beyond the largest, pages by powers of two. */
  static long blockOf(int[] sizes, long bytes, long pageBytes) {
    if (bytes > sizes[sizes.length - 1]) {
      long pages = (bytes + pageBytes - 1) / pageBytes;
      return pageBytes << (Long.SIZE - Long.numberOfLeadingZeros(pages - 1));
    }
    int low = 0;
    int high = sizes.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sizes[middle] >= bytes) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return sizes[low];
  }

  private static long up(long bytes, long step) {
    return (bytes + step - 1) / step * step;
  }

  /** Plays the requests. */
  static List<GeometryUse> of(SlabRequests requests, long pageBytes) {
    GeometryTable table = new GeometryTable(pageBytes);
    SlabEvent event = requests.event();
    while (requests.next()) {
      // Whatever the event is, a block that had its handle is free by now.
      int place = table.live.find(event.pointer());
      if (place != HandleTable.NONE) {
        table.free(place);
      }
      if (event.mark() == SlabMark.KMALLOC && event.requested() > 0) {
        table.allocate(event.pointer(), event.requested());
      }
    }
    return table.uses();
  }

  private void allocate(long handle, int bytes) {
    asked += bytes;
    live.add(handle, heap.allocate(up(bytes, WORD)), bytes);
    firstFit.held(heap.held(), asked);
    for (Sum sum : sums) {
      sum.held(sum.held + sum.blockBytes.applyAsLong(bytes), asked);
    }
  }

  private void free(int place) {
    int bytes = live.origin(place);
    asked -= bytes;
    heap.free(live.object(place), up(bytes, WORD));
    live.remove(place);
    firstFit.held(heap.held(), asked);
    for (Sum sum : sums) {
      sum.held(sum.held - sum.blockBytes.applyAsLong(bytes), asked);
    }
  }

  private List<GeometryUse> uses() {
    List<GeometryUse> uses = new ArrayList<>();
    uses.add(use(firstFit));
    sums.forEach(sum -> uses.add(use(sum)));
    return uses;
  }

  private GeometryUse use(Sum sum) {
    return new GeometryUse(sum.name, sum.rule, sum.most, sum.askedThen, sum.held, asked);
  }
}
