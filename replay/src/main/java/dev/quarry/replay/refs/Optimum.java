package dev.quarry.replay.refs;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * What a trace of pages must miss, and what plain CLOCK misses, in a memory of so many pages;
 * exactly, from the whole trace.
 *
 * <pre>
 *   Belady's optimum: the page goes whose next touch is furthest away
 *
 *   touch   A B C A D B         memory of 3 at D: A is never touched again, B is next: A goes
 *   next    3 5 - - - -
 *
 *   CLOCK: a hand goes round over the frames; a used page is marked unused, an unused one goes
 * </pre>
 */
public final class Optimum {
  private static final int NEVER = Integer.MAX_VALUE;
  private static final int NONE = -1;

  private final PageTable numbers = new PageTable();
  private int[] touches = new int[1 << 12];
  private long[] pageOf = new long[1 << 10];
  private boolean[] text = new boolean[1 << 10];
  private int size;

  /** An empty trace. */
  public Optimum() {}

  /** Takes the references of a batch; those to the page touched last change nothing. */
  public void take(RefBatch batch) {
    for (int i = 0; i < batch.size; i++) {
      long address = batch.addresses[i];
      long last = (address + batch.bytes[i] - 1) >>> PageTable.PAGE_SHIFT;
      for (long page = address >>> PageTable.PAGE_SHIFT; page <= last; page++) {
        touch(page, batch.kinds[i] == RefKind.CODE);
      }
    }
  }

  /**
   * A page is touched.
   *
   * @param fetch whether by an instruction fetch; the first touch says what the page is for
   */
  public void touch(long page, boolean fetch) {
    int known = numbers.size();
    int number = numbers.numberOf(page);
    if (number == known) {
      if (number == pageOf.length) {
        pageOf = Arrays.copyOf(pageOf, 2 * number);
        text = Arrays.copyOf(text, 2 * number);
      }
      pageOf[number] = page;
      text[number] = fetch;
    }
    if (size > 0 && touches[size - 1] == number) {
      return;
    }
    if (size == touches.length) {
      touches = Arrays.copyOf(touches, 2 * size);
    }
    touches[size++] = number;
  }

  /** Touches, but for those of the page touched just before. */
  int touches() {
    return size;
  }

  /** The page of a touch. */
  long page(int touch) {
    return pageOf[touches[touch]];
  }

  /** Whether the page of a touch is of the program's text. */
  boolean isText(int touch) {
    return text[touches[touch]];
  }

  /** Pages that were touched at all. */
  public int pages() {
    return numbers.size();
  }

  /**
   * Misses of Belady's optimum.
   *
   * @param frames pages in memory, 1 or more
   */
  public long optimum(int frames) {
    int[] next = nextTouches();
    int[] nextOf = new int[pages()]; // of pages in memory: their next touch
    boolean[] here = new boolean[pages()];
    PriorityQueue<Long> furthest = new PriorityQueue<>(); // entries of the past are passed over
    int held = 0;
    long misses = 0;
    for (int now = 0; now < size; now++) {
      int page = touches[now];
      if (!here[page]) {
        misses++;
        if (held == frames) {
          here[evict(furthest, here, nextOf)] = false;
        } else {
          held++;
        }
        here[page] = true;
      }
      nextOf[page] = next[now];
      furthest.add(-((long) next[now] << Integer.SIZE) + page);
    }
    return misses;
  }

  private static int evict(PriorityQueue<Long> furthest, boolean[] here, int[] nextOf) {
    while (true) {
      long entry = furthest.remove();
      int page = (int) entry;
      int next = (int) ((page - entry) >>> Integer.SIZE);
      if (here[page] && nextOf[page] == next) {
        return page;
      }
    }
  }

  private int[] nextTouches() {
    int[] next = new int[size];
    int[] seen = new int[pages()];
    Arrays.fill(seen, NEVER);
    for (int at = size - 1; at >= 0; at--) {
      next[at] = seen[touches[at]];
      seen[touches[at]] = at;
    }
    return next;
  }

  /**
   * Misses of plain CLOCK.
   *
   * @param frames pages in memory, 1 or more
   */
  public long clock(int frames) {
    int[] frameOf = new int[pages()];
    Arrays.fill(frameOf, NONE);
    int[] pageIn = new int[frames];
    Arrays.fill(pageIn, NONE);
    boolean[] used = new boolean[frames];
    int hand = 0;
    long misses = 0;
    for (int now = 0; now < size; now++) {
      int page = touches[now];
      if (frameOf[page] == NONE) {
        misses++;
        while (used[hand]) {
          used[hand] = false;
          hand = (hand + 1) % frames;
        }
        if (pageIn[hand] != NONE) {
          frameOf[pageIn[hand]] = NONE;
        }
        pageIn[hand] = page;
        frameOf[page] = hand;
        used[hand] = true;
        hand = (hand + 1) % frames;
      } else {
        used[frameOf[page]] = true;
      }
    }
    return misses;
  }
}
