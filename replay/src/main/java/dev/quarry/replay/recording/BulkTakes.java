package dev.quarry.replay.recording;

import dev.quarry.replay.compact.SlabMark;
import dev.quarry.replay.read.Interval;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Pages that the kernel took without a page event, as the slab events tell: {@code
 * __vmalloc_area_node} (mm/vmalloc.c, 6.18) allocates an array of as many page pointers as it then
 * takes with {@code alloc_pages_bulk}, which has no tracepoint. So an array of 32 bytes means four
 * pages, such as a thread's stack.
 *
 * <p>Takes stand in the order of their time. Wrong lines of the file are passed over: what is
 * inferred is a help and no part of the recording.
 */
public final class BulkTakes {
  /** Infers nothing. */
  public static final BulkTakes NONE = new BulkTakes();

  /** The array's allocation is inlined into this function. */
  private static final String SITE = "__vmalloc_node_range";

  private static final String SITE_BEFORE_INLINING = "__vmalloc_area_node";
  private static final int POINTER_BYTES = 8;

  /** The kernel takes so many at a time; a single page that is left goes by the seen way. */
  private static final int BULK_PAGES = 100;

  /** Larger arrays are of no thread's stack, and lie in vmalloc space themselves. */
  private static final int MOST_ARRAY_BYTES = 1 << 20;

  private long[] micros = new long[16];
  private int[] cpus = new int[16];
  private int[] pages = new int[16];
  private int size;

  private BulkTakes() {}

  /**
   * Infers from a file of slab events, {@code ev.S.txt}.
   *
   * @param interval takes outside of it are left out
   */
  static BulkTakes read(Path slabEvents, String name, Interval interval) {
    BulkTakes takes = new BulkTakes();
    SlabEvents events = SlabEvents.open(slabEvents, name, EventPolicy.LENIENT, _ -> 0);
    try (SlabRequests requests = new SlabRequests(events, interval)) {
      SlabEvent event = requests.event();
      while (requests.next()) {
        if (event.mark() == SlabMark.KMALLOC && isArrayOfPages(event.siteName())) {
          takes.kmalloc(event);
        }
      }
    }
    return takes;
  }

  private static boolean isArrayOfPages(String site) {
    return site.startsWith(SITE) || site.startsWith(SITE_BEFORE_INLINING);
  }

  private void kmalloc(SlabEvent event) {
    if (event.requested() > 0 && event.requested() <= MOST_ARRAY_BYTES) {
      add(event.timeMicros(), event.cpu(), unseenPages(event.requested() / POINTER_BYTES));
    }
  }

  private static int unseenPages(int all) {
    return all % BULK_PAGES == 1 ? all - 1 : all;
  }

  private void add(long time, int cpu, int nrPages) {
    if (nrPages == 0) {
      return;
    }
    if (size == micros.length) {
      micros = Arrays.copyOf(micros, 2 * size);
      cpus = Arrays.copyOf(cpus, 2 * size);
      pages = Arrays.copyOf(pages, 2 * size);
    }
    micros[size] = time;
    cpus[size] = cpu;
    pages[size] = nrPages;
    size++;
  }

  /** How many takes there are. */
  public int size() {
    return size;
  }

  /** When, in microseconds of the recorded machine's clock. */
  public long micros(int index) {
    return micros[index];
  }

  /** The CPU that took them. */
  public int cpu(int index) {
    return cpus[index];
  }

  /** How many single pages were taken. */
  public int pages(int index) {
    return pages[index];
  }
}
