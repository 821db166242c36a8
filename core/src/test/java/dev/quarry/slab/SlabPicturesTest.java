package dev.quarry.slab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The course's pictures of SLAB: the index chain, colours, lists; and constructors. */
class SlabPicturesTest {
  private static final int GFP = Gfp.GFP_KERNEL;

  /** An object of 800 bytes: five in a page, their descriptor beside them. */
  private static final CacheSpec FIVE = CacheSpec.of("five", 768);

  /** The numbers of a slab and its chains: {@code .} in use, {@code $} the end. */
  private static String picture(SlabView slab) {
    String numbers =
        slab.numbers().stream().map(SlabPicturesTest::number).collect(Collectors.joining(" "));
    return numbers
        + " | free "
        + slab.freeChain()
        + " local "
        + slab.localChain()
        + " remote "
        + slab.remoteChain();
  }

  private static String number(int number) {
    return switch (number) {
      case SlabView.ACTIVE -> ".";
      case SlabView.END -> "$";
      case SlabView.CACHED -> "c";
      default -> String.valueOf(number);
    };
  }

  private static String only(KmemCache cache) {
    assertThat(cache.slabs()).hasSize(1);
    return cache.slabs().getFirst().list() + ": " + picture(cache.slabs().getFirst());
  }

  @Test
  void theChainOfFreeObjects() {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      Cpu other = machine.cpu(1);
      KmemCache cache = slab.createCache(cpu, FIVE);
      assertThat(cache.geometry().num()).isEqualTo(5);
      List<Long> o = new ArrayList<>();
      o.add(cache.alloc(cpu, GFP));
      assertThat(only(cache))
          .isEqualTo("CURRENT: . 2 3 4 $ | free [1, 2, 3, 4] local [] remote []");
      o.add(cache.alloc(cpu, GFP));
      o.add(cache.alloc(cpu, GFP));
      cache.free(cpu, o.get(1));
      assertThat(only(cache)).isEqualTo("CURRENT: . $ . 4 $ | free [3, 4] local [1] remote []");
      cache.free(other, o.get(0));
      cache.free(other, o.get(2));
      assertThat(only(cache)).isEqualTo("CURRENT: $ $ 0 4 $ | free [3, 4] local [1] remote [2, 0]");
      o.clear();
      for (int i = 0; i < 5; i++) {
        o.add(cache.alloc(cpu, GFP));
      }
      assertThat(only(cache)).isEqualTo("CURRENT: . . . . . | free [] local [] remote []");
      long sixth = cache.alloc(cpu, GFP);
      assertThat(lists(cache)).isEqualTo("CURRENT FULL");
      cache.free(cpu, o.get(4));
      assertThat(lists(cache)).isEqualTo("CURRENT PARTIAL");
      o.subList(0, 4).forEach(object -> cache.free(cpu, object));
      assertThat(lists(cache)).isEqualTo("CURRENT FREE");
      cache.free(cpu, sixth);
      assertThat(cache.shrink()).as("the current one too").isEqualTo(2);
      assertThat(lists(cache)).isEmpty();
      assertThat(machine.invariants()).isEmpty();
      assertThat(slab.destroyCache(cpu, cache)).isEmpty();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static String lists(KmemCache cache) {
    return cache.slabs().stream().map(SlabView::list).sorted().collect(Collectors.joining(" "));
  }

  /** The first object of each further slab begins a colour later, then from the start again. */
  @Test
  void coloursGoRoundSlabBySlab() {
    try (Machine machine = SlabMachines.small()) {
      Cpu cpu = machine.cpu(0);
      KmemCache cache = machine.slab().createCache(cpu, CacheSpec.of("coloured", 300));
      assertThat(cache.geometry().colours()).isEqualTo(4);
      for (int i = 0; i < 6 * cache.geometry().num(); i++) {
        cache.alloc(cpu, GFP);
      }
      List<Integer> colours = cache.slabs().stream().map(SlabView::colourOffset).sorted().toList();
      assertThat(colours).containsExactly(0, 0, 64, 128, 192, 256);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** Arrays in the textbook's manner: a batch goes in on the first request. */
  @Test
  void arraysHoldObjectsAtHand() {
    try (Machine machine = SlabMachines.small("slab textbook")) {
      Cpu cpu = machine.cpu(0);
      KmemCache cache = machine.slab().createCache(cpu, FIVE);
      cache.tune(new Tunables(4, 3, 0));
      List<Long> held = new ArrayList<>();
      held.add(cache.alloc(cpu, GFP));
      assertThat(only(cache)).isEqualTo("PARTIAL: c c . 4 $ | free [3, 4] local [] remote []");
      for (int i = 0; i < 4; i++) {
        held.add(cache.alloc(cpu, GFP));
      }
      held.forEach(object -> cache.free(cpu, object));
      assertThat(cache.statistics().activeObjects()).as("arrays count as active").isEqualTo(2);
      assertThat(machine.invariants()).isEmpty();
      cache.shrink();
      assertThat(cache.slabs()).isEmpty();
    }
  }

  /** On a fresh slab and on its destruction, not on each allocation. */
  @Test
  void constructorsRunOnceForEachObjectOfASlab() {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      int[] counts = new int[2];
      KmemCache cache =
          slab.createCache(
              cpu,
              FIVE.constructedBy(
                      (on, object) -> {
                        counts[0]++;
                        slab.memory().putLong(object, slab.kmalloc(on, 40, GFP));
                      })
                  .destroyedBy((on, object) -> {
                    counts[1]++;
                    assertThat(slab.kfree(on, slab.memory().getLong(object))).isTrue();
                  }));
      for (int round = 0; round < 100; round++) {
        List<Long> objects = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
          objects.add(cache.alloc(cpu, GFP));
          assertThat(slab.ksize(slab.memory().getLong(objects.getLast()))).isEqualTo(64);
        }
        objects.forEach(object -> cache.free(cpu, object));
      }
      assertThat(counts).containsExactly(10, 0);
      assertThat(slab.destroyCache(cpu, cache)).isEmpty();
      assertThat(counts).containsExactly(10, 10);
      assertThat(slab.cache("kmalloc-64").orElseThrow().statistics().activeObjects()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** A constructor that fails takes the slab with it, and nothing else. */
  @Test
  void aConstructorThatThrowsLeavesNothingBehind() {
    try (Machine machine = SlabMachines.small()) {
      Cpu cpu = machine.cpu(0);
      int[] left = {3};
      KmemCache cache =
          machine
              .slab()
              .createCache(
                  cpu,
                  FIVE.constructedBy((on, object) -> {
                    if (left[0]-- == 0) {
                      throw new IllegalStateException("no");
                    }
                  }));
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> cache.alloc(cpu, GFP))
          .hasMessage("no");
      assertThat(cache.slabs()).isEmpty();
      assertThat(machine.invariants()).isEmpty();
      left[0] = 1_000;
      assertThat(cache.alloc(cpu, GFP)).isNotZero();
    }
  }

  /** Readers may look at objects of such a cache after they were freed, until the period's end. */
  @Test
  void slabsUnderRcuWaitForAGracePeriod() {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      KmemCache cache = slab.createCache(cpu, FIVE.with(SlabFlags.TYPESAFE_BY_RCU));
      long[] objects = new long[10];
      assertThat(cache.allocBulk(cpu, GFP, objects)).isTrue();
      slab.memory().putLong(objects[0], 42);
      cache.freeBulk(cpu, objects, 10);
      assertThat(cache.shrink()).isEqualTo(2);
      assertThat(slab.memory().getLong(objects[0])).isEqualTo(42);
      assertThat(cache.statistics().slabs()).isEqualTo(2);
      assertThat(machine.invariants()).isEmpty();
      assertThat(slab.gracePeriod(cpu)).isEqualTo(2);
      assertThat(cache.statistics().slabs()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** Objects of another node come from that node's slabs, as long as it has memory. */
  @Test
  void objectsComeFromTheNodeThatIsAskedFor() {
    try (Machine machine = SlabMachines.twoNodes()) {
      Cpu cpu = machine.cpu(0);
      KmemCache cache = machine.slab().createCache(cpu, FIVE);
      long near = cache.allocNode(cpu, GFP, 0);
      long far = cache.allocNode(cpu, GFP, 1);
      assertThat(machine.slab().memory().physical(near)).isLessThan(32L << 20);
      assertThat(machine.slab().memory().physical(far)).isGreaterThanOrEqualTo(32L << 20);
      assertThat(cache.slabs()).extracting(SlabView::owner).containsExactlyInAnyOrder(0, -1);
      assertThat(cache.free(machine.cpu(2), near)).isTrue();
      assertThat(cache.free(machine.cpu(2), far)).isTrue();
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
