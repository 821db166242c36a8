package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.FreeList;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The lists against a model of them: second chance, activation, refaults by their distance, in the
 * exact order of pages.
 */
class LruOrderTest {
  private static final int PAGES = 40;

  /** A page as the model has it. */
  private static final class Page {
    boolean touched;
    boolean inSwap;
    boolean accessed;
    boolean referenced;
    boolean active;
    long ageWhenItWent;
  }

  private final Page[] pages = new Page[PAGES];
  private final Deque<Integer> active = new ArrayDeque<>();
  private final Deque<Integer> inactive = new ArrayDeque<>();
  private long age;

  LruOrderTest() {
    for (int i = 0; i < PAGES; i++) {
      pages[i] = new Page();
    }
  }

  private void store(int number) {
    Page page = pages[number];
    if (!page.touched || page.inSwap) {
      if (page.inSwap) {
        boolean missed = age - page.ageWhenItWent <= active.size();
        age += missed ? 1 : 0;
        page.active = missed;
      }
      page.touched = true;
      page.inSwap = false;
      page.referenced = false;
      (page.active ? active : inactive).addFirst(number);
    }
    page.accessed = true;
  }

  private void shrinkInactive(int count) {
    List<Integer> taken = take(inactive, count);
    List<Integer> kept = new ArrayList<>();
    for (int number : taken) {
      Page page = pages[number];
      if (page.accessed) {
        page.active = page.referenced;
        page.referenced = true;
        page.accessed = false;
        kept.add(number);
      } else {
        page.inSwap = true;
        page.ageWhenItWent = age++;
      }
    }
    for (int number : kept) {
      (pages[number].active ? active : inactive).addFirst(number);
    }
  }

  private void shrinkActive(int count) {
    for (int number : take(active, count)) {
      pages[number].accessed = false;
      pages[number].active = false;
      inactive.addFirst(number);
    }
  }

  private static List<Integer> take(Deque<Integer> list, int count) {
    List<Integer> taken = new ArrayList<>();
    while (taken.size() < count && !list.isEmpty()) {
      taken.add(list.removeLast());
    }
    return taken;
  }

  @Test
  void randomUseAgainstTheModel() {
    long seed = 3;
    SplittableRandom random = new SplittableRandom(seed);
    try (Machine machine = SmallMachine.boot()) {
      machine.tlbs(null); // a hit in a TLB marks nothing: reclaim would not learn of it
      Cpu cpu = machine.cpu(0);
      Reclaim reclaim = machine.reclaim();
      reclaim.settings().pageCluster(0);
      reclaim.swapOnOff().on("swap", MemorySwap.of(1024), 0);
      Process process = SmallMachine.process(machine, PAGES);
      Lruvec lruvec = reclaim.lruvecs().getFirst();
      for (int step = 0; step < 20_000; step++) {
        ScanControl scan = new ScanControl(cpu, Gfp.GFP_KERNEL, false, reclaim.scope());
        scan.highestZone = 2;
        int count = 1 + random.nextInt(8);
        switch (random.nextInt(8)) {
          case 0 -> {
            shrinkInactive(count);
            reclaim.classic().shrinkInactive(LruList.INACTIVE_ANON, lruvec, scan, count);
          }
          case 1 -> {
            shrinkActive(count);
            reclaim.classic().shrinkActive(LruList.ACTIVE_ANON, lruvec, scan, count);
          }
          default -> {
            int number = random.nextInt(PAGES);
            store(number);
            process.store(cpu, AT + number * PAGE, 8, step);
            reclaim.drainAll();
          }
        }
        String where = "seed " + seed + " step " + step;
        assertThat(order(process, lruvec, LruList.ACTIVE_ANON))
            .as(where)
            .containsExactlyElementsOf(active);
        assertThat(order(process, lruvec, LruList.INACTIVE_ANON))
            .as(where)
            .containsExactlyElementsOf(inactive);
      }
      assertThat(machine.invariants()).isEmpty();
      assertThat(lruvec.activations(false)).isPositive();
    }
  }

  /** The numbers of pages on a list, from its head. */
  private static List<Integer> order(Process process, Lruvec lruvec, LruList which) {
    long first = AT >>> 12;
    List<Integer> numbers = new ArrayList<>();
    FreeList list = lruvec.list(which);
    var map = process.mm().spaces().kernel().memory().map();
    for (int pfn = list.first(); pfn != Pfn.NONE; pfn = list.after(pfn)) {
      int number = (int) (map.index(pfn) - first);
      if (number >= 0 && number < PAGES) { // the stack has pages too
        numbers.add(number);
      }
    }
    return numbers;
  }
}
