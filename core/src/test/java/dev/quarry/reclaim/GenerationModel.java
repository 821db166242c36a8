package dev.quarry.reclaim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Generations as lists of numbers: private pages, which are only stored to, and pages of a file,
 * which are only read through a descriptor. Written from what the kernel's documentation and source
 * say, with no code of the product.
 */
final class GenerationModel {
  static final int ANON = 0;
  static final int FILE = 1;
  private static final int FEW = 64;

  /** A page as the model has it. */
  static final class Page {
    final int number;
    boolean inMemory;
    boolean accessed;
    boolean referenced;
    boolean workingset;
    boolean active;
    int refs;
    long seq;
    boolean hasShadow;
    long shadowSeq;
    int shadowRefs;
    boolean shadowWorkingset;

    Page(int number) {
      this.number = number;
    }

    int uses() {
      return referenced ? refs + 1 : 0;
    }

    int tier() {
      return tier(uses(), workingset);
    }

    boolean isFull() {
      return uses() + (workingset ? 1 : 0) == 5;
    }

    private static int tier(int uses, boolean workingset) {
      return workingset ? 3 : uses <= 1 ? 0 : uses == 2 ? 1 : 2;
    }
  }

  private final Page[][] pages;
  private final List<Map<Long, Deque<Page>>> lists = List.of(new HashMap<>(), new HashMap<>());
  final long[] min = {0, 0};
  long max = 3;
  private int lastRead = -1;
  private final long[][] refaulted = new long[2][4];
  private final long[][] evicted = new long[2][4];
  private final long[][] kept = new long[2][4];
  private final long[][] averageRefaulted = new long[2][4];
  private final long[][] averageTotal = new long[2][4];

  /** How often each of the interesting things happened. */
  final long[] protections = new long[4];

  long promotions;
  long returns;

  GenerationModel(int number) {
    pages = new Page[2][number];
    for (int type = ANON; type <= FILE; type++) {
      for (int i = 0; i < number; i++) {
        pages[type][i] = new Page(i);
      }
    }
  }

  Deque<Page> list(int type, long seq) {
    return lists.get(type).computeIfAbsent(seq, key -> new ArrayDeque<>());
  }

  List<Integer> order(int type, long seq) {
    return list(type, seq).stream().map(page -> page.number).toList();
  }

  private void add(int type, Page page) {
    int workingset = page.workingset ? 1 : 0;
    boolean fresh = type == ANON; // none is in the swap cache after a store
    int from = page.active ? 2 - workingset : fresh ? 2 : 4 - workingset;
    page.active = false;
    page.seq = Math.max(max - from + 1, min[type]);
    list(type, page.seq).addFirst(page);
  }

  private void move(int type, Page page, long seq, boolean atTail) {
    list(type, page.seq).remove(page);
    page.seq = seq;
    if (atTail) {
      list(type, seq).addLast(page);
    } else {
      list(type, seq).addFirst(page);
    }
  }

  private void bring(int type, Page page) {
    page.inMemory = true;
    page.referenced = false;
    page.workingset = false;
    page.refs = 0;
    if (page.hasShadow && Math.abs(max - page.shadowSeq) < 4) {
      returns++;
      refaulted[type][Page.tier(page.shadowRefs + 1, page.shadowWorkingset)]++;
      page.workingset = page.shadowWorkingset;
    }
    page.hasShadow = false;
    page.active = type == ANON; // by a fault
  }

  void store(int number) {
    Page page = pages[ANON][number];
    if (!page.inMemory) {
      bring(ANON, page);
      add(ANON, page);
    }
    page.accessed = true;
  }

  void read(int number) {
    Page page = pages[FILE][number];
    boolean comes = !page.inMemory;
    if (comes) {
      bring(FILE, page);
    }
    if (lastRead != number) {
      used(page);
    }
    lastRead = number;
    if (comes) {
      add(FILE, page);
    }
  }

  private static void used(Page page) {
    if (!page.referenced) {
      page.referenced = true;
      page.refs = 0;
    } else if (page.refs < 3) {
      page.refs++;
    } else {
      page.workingset = true;
    }
  }

  /** Found used by its entry: noted, or, the second time, true. */
  private static boolean usedAgain(Page page) {
    boolean again = page.referenced || page.workingset;
    page.refs = 0;
    page.referenced = !again;
    page.workingset |= again;
    return again;
  }

  void age() {
    for (Page page : pages[ANON]) {
      if (page.inMemory && page.accessed) {
        page.accessed = false;
        if (usedAgain(page)) {
          promotions++;
          move(ANON, page, max, false);
        }
      }
    }
    for (int type = ANON; type <= FILE; type++) {
      if (max - min[type] + 1 == 4) {
        while (!list(type, min[type]).isEmpty()) {
          protect(type, list(type, min[type]).getLast(), true);
        }
        endGeneration(type);
        min[type]++;
      }
    }
    max++;
  }

  private void protect(int type, Page page, boolean atTail) {
    if (!page.isFull()) {
      kept[type][page.tier()]++;
    }
    protections[page.tier()]++;
    page.refs = 0;
    page.referenced = false;
    move(type, page, min[type] + 1, atTail);
  }

  private void endGeneration(int type) {
    for (int tier = 0; tier < 4; tier++) {
      averageRefaulted[type][tier] = (averageRefaulted[type][tier] + refaulted[type][tier]) / 2;
      long total = averageTotal[type][tier] + kept[type][tier] + evicted[type][tier];
      averageTotal[type][tier] = total / 2;
      refaulted[type][tier] = 0;
      kept[type][tier] = 0;
      evicted[type][tier] = 0;
    }
  }

  /** Refaults, evictions, gain. */
  private long[] position(int type, int first, int last, int gain) {
    long[] sum = {0, 0, gain};
    for (int tier = first; tier <= last; tier++) {
      sum[0] += averageRefaulted[type][tier] + refaulted[type][tier];
      sum[1] += averageTotal[type][tier] + kept[type][tier] + evicted[type][tier];
    }
    return sum;
  }

  private static boolean other(long[] set, long[] process) {
    return process[0] < FEW
        || process[0] * (set[1] + FEW) * set[2] <= (set[0] + 1) * process[1] * process[2];
  }

  void evict(int swappiness, int wanted) {
    long[] anon = position(ANON, 0, 3, swappiness);
    long[] file = position(FILE, 0, 3, 200 - swappiness);
    int type = swappiness <= 1 ? FILE : swappiness >= 200 ? ANON : other(anon, file) ? FILE : ANON;
    List<Page> taken = new ArrayList<>();
    if (!scan(type, wanted, taken) && swappiness > 0) {
      type = 1 - type;
      scan(type, wanted, taken);
    }
    dropEmpty(swappiness);
    shrink(type, taken);
  }

  private boolean scan(int type, int wanted, List<Page> taken) {
    if (max - min[type] + 1 == 2) {
      return false;
    }
    int tier = 1;
    while (tier < 4 && other(position(type, 0, 0, 2), position(type, tier, tier, 3))) {
      tier++;
    }
    int left = wanted;
    Deque<Page> list = list(type, min[type]);
    while (left > 0 && !list.isEmpty() && taken.size() < FEW) {
      left--;
      Page page = list.getLast();
      if (page.tier() > tier - 1 || page.isFull()) {
        protect(type, page, false);
      } else {
        list.removeLast();
        page.refs = page.referenced ? page.refs : 0;
        taken.add(page);
      }
    }
    return !taken.isEmpty() || left == 0;
  }

  private void dropEmpty(int swappiness) {
    long[] next = min.clone();
    for (int type = swappiness == 0 ? FILE : ANON; type <= FILE; type++) {
      while (next[type] + 2 <= max && list(type, next[type]).isEmpty()) {
        next[type]++;
      }
    }
    long seq = max - 2;
    for (int type = ANON; type <= FILE && swappiness > 0; type++) {
      if (next[type] > seq && next[1 - type] < seq) {
        next[type] = seq;
      }
    }
    for (int type = ANON; type <= FILE; type++) {
      if (next[type] > min[type]) {
        endGeneration(type);
        min[type] = next[type];
      }
    }
  }

  private void shrink(int type, List<Page> taken) {
    List<Page> stay = new ArrayList<>();
    for (Page page : taken) {
      if (type == ANON && page.accessed) {
        page.accessed = false;
        page.active = usedAgain(page);
        stay.add(page);
      } else {
        evicted[type][page.tier()]++;
        page.inMemory = false;
        page.hasShadow = true;
        page.shadowSeq = min[type];
        page.shadowRefs = Math.max(page.uses() - 1, 0);
        page.shadowWorkingset = page.workingset;
      }
    }
    for (Page page : stay) {
      int workingset = page.workingset ? 1 : 0;
      long seq = Math.max(max - (page.active ? 2 - workingset : 2) + 1, min[type]);
      if (seq == min[type]) {
        page.refs = 0;
        page.referenced = false;
        page.active = true;
      }
    }
    stay.forEach(page -> add(type, page));
  }
}
