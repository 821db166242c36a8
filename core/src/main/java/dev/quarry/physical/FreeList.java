package dev.quarry.physical;

/**
 * A doubly linked list of blocks through their descriptors' {@code lru} links: {@code struct
 * list_head} of {@code free_area.free_list[]}, of {@code per_cpu_pages.lists[]}, or of {@code
 * lruvec.lists[]}. Every operation takes constant time.
 *
 * <pre>
 *   head ──► 0x40 ⇄ 0x80 ⇄ 0x20 ◄── tail
 * </pre>
 */
public final class FreeList {
  private final MemMap map;
  private int head = Pfn.NONE;
  private int tail = Pfn.NONE;
  private int count;

  /** An empty list of frames that {@code map} describes. */
  public FreeList(MemMap map) {
    this.map = map;
  }

  /** The first block's frame, or {@link Pfn#NONE}. */
  public int first() {
    return head;
  }

  /** The last block's frame, or {@link Pfn#NONE}. */
  public int last() {
    return tail;
  }

  /** The block behind {@code pfn}, or {@link Pfn#NONE}. */
  public int after(int pfn) {
    return map.next(pfn);
  }

  /** The block before {@code pfn}, or {@link Pfn#NONE}. */
  public int before(int pfn) {
    return map.prev(pfn);
  }

  /** Makes a block of the list its first; those before it follow behind: move_freelist_head. */
  public void turnToFirst(int pfn) {
    if (pfn == head) {
      return;
    }
    map.next(tail, head);
    map.prev(head, tail);
    tail = map.prev(pfn);
    head = pfn;
    map.next(tail, Pfn.NONE);
    map.prev(head, Pfn.NONE);
  }

  /** Makes a block of the list its last; those behind it come first: move_freelist_tail. */
  public void turnToLast(int pfn) {
    if (pfn != tail) {
      turnToFirst(map.next(pfn));
    }
  }

  /** How many blocks are linked. */
  public int count() {
    return count;
  }

  /** Adds a frame that is on no list, in front of all others. */
  public void addHead(int pfn) {
    map.links(pfn, head, Pfn.NONE);
    if (head == Pfn.NONE) {
      tail = pfn;
    } else {
      map.prev(head, pfn);
    }
    head = pfn;
    count++;
  }

  /** Adds a frame that is on no list, behind all others. */
  public void addTail(int pfn) {
    map.links(pfn, Pfn.NONE, tail);
    if (tail == Pfn.NONE) {
      head = pfn;
    } else {
      map.next(tail, pfn);
    }
    tail = pfn;
    count++;
  }

  /** Takes a frame of this list out of it. */
  public void remove(int pfn) {
    long links = map.links(pfn);
    int next = (int) links;
    int prev = (int) (links >> 32);
    if (prev == Pfn.NONE) {
      head = next;
    } else {
      map.next(prev, next);
    }
    if (next == Pfn.NONE) {
      tail = prev;
    } else {
      map.prev(next, prev);
    }
    count--;
  }

  /** Takes the first block; the list must not be empty. */
  int removeFirst() {
    int pfn = head;
    int next = map.next(pfn);
    head = next;
    if (next == Pfn.NONE) {
      tail = Pfn.NONE;
    } else {
      map.prev(next, Pfn.NONE);
    }
    count--;
    return pfn;
  }
}
