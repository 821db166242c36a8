package dev.quarry.reclaim.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charges against limits, and what is protected of a group, held against plain arithmetic. */
class PageCounterTest {
  /** All small cases: as much as is asked for, if it is there; never more than is used. */
  @Test
  void protectionIsShared() {
    for (int usage = 0; usage <= 6; usage++) {
      for (int setting = 0; setting <= 7; setting++) {
        for (int left = 0; left <= 8; left++) {
          for (int others = 0; others <= 8; others++) {
            for (int rest = 0; rest <= 6; rest++) {
              check(usage, setting, left, others, rest);
            }
          }
        }
      }
    }
  }

  /** others: what neighbours ask for and use; rest: what they use beyond. */
  private static void check(int usage, int setting, int left, int others, int rest) {
    int asked = Math.min(usage, setting);
    int all = asked + others;
    int ofParent = usage + others + rest;
    long plain = PageCounter.effective(usage, ofParent, setting, left, all, false);
    long recursive = PageCounter.effective(usage, ofParent, setting, left, all, true);
    String what = usage + " " + setting + " " + left + " " + others + " " + rest;
    assertThat(plain).as(what).isLessThanOrEqualTo(asked);
    if (all <= left) {
      assertThat(plain).as(what).isEqualTo(asked);
    } else {
      BigInteger share = BigInteger.valueOf(asked).multiply(BigInteger.valueOf(left));
      assertThat(plain).as(what).isEqualTo(share.divide(BigInteger.valueOf(all)).longValue());
    }
    assertThat(recursive).as(what).isGreaterThanOrEqualTo(plain);
    if (all < left && usage > asked) {
      // What nobody asks for is shared by what each uses beyond what it asks for.
      long share = (long) (left - all) * (usage - asked) / (ofParent - all);
      assertThat(recursive).as(what).isEqualTo(asked + share);
    }
  }

  @Test
  void whatIsLargeDoesNotOverflow() {
    long tebi = 1L << 40;
    long half = PageCounter.effective(tebi, 4 * tebi, tebi, tebi, 2 * tebi, false);
    assertThat(half).isBetween(tebi / 2 - (1 << 12), tebi / 2 + (1 << 12));
  }

  /** A tree of groups, charged at random: usage, failures and what children use are as modelled. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void chargesAreAsInTheModel(long seed) {
    String spec = "memory 0x1000-16M\nzone DMA below=4M\nzone DMA32 below=4G\nzone Normal\n";
    try (Machine machine = Machine.boot(MachineSpecReader.read("test", spec))) {
      machine.processes();
      run(seed, machine.reclaim().groups());
    }
  }

  private static void run(long seed, MemoryGroups groups) {
    SplittableRandom random = new SplittableRandom(seed);
    List<MemoryGroup> all = new ArrayList<>(List.of(groups.root()));
    for (int i = 1; i < 8; i++) {
      String parent = all.get(random.nextInt(i)).path();
      MemoryGroup group = groups.make((parent.equals("/") ? "" : parent) + "/g" + i);
      group.max(50 + random.nextInt(300));
      all.add(group);
    }
    long[] own = new long[all.size()];
    for (int step = 0; step < 3000; step++) {
      String what = "seed " + seed + ", step " + step;
      step(random, all, own, what);
      all.forEach(group -> check(all, own, group, what));
    }
    assertThat(all).anyMatch(group -> group.memory().failures() > 0);
  }

  private static void step(
      SplittableRandom random, List<MemoryGroup> all, long[] own, String what) {
    int which = 1 + random.nextInt(all.size() - 1);
    MemoryGroup group = all.get(which);
    int pages = 1 + random.nextInt(20);
    switch (random.nextInt(5)) {
      case 0 -> group.memory().min(random.nextInt(200));
      case 1 -> group.memory().low(random.nextInt(200));
      case 2 -> {
        long gone = Math.min(own[which], pages);
        group.memory().charge(-gone);
        own[which] -= gone;
      }
      default -> {
        MemoryGroup full = null;
        for (MemoryGroup at = group; at != null && full == null; at = at.parent()) {
          full = usage(all, own, at) + pages > at.max() ? at : null;
        }
        PageCounter refused = group.memory().tryCharge(pages);
        assertThat(refused == null ? null : refused.owner()).as(what).isEqualTo(full);
        own[which] += full == null ? pages : 0;
      }
    }
  }

  private static void check(List<MemoryGroup> all, long[] own, MemoryGroup one, String what) {
    assertThat(one.usage()).as(what).isEqualTo(usage(all, own, one));
    assertThat(one.peak()).as(what).isGreaterThanOrEqualTo(one.usage());
    long min = 0;
    long low = 0;
    for (MemoryGroup child : one.children()) {
      min += Math.min(child.usage(), child.memory().min());
      low += Math.min(child.usage(), child.memory().low());
    }
    assertThat(one.memory().minOfChildren()).as(what).isEqualTo(min);
    assertThat(one.memory().lowOfChildren()).as(what).isEqualTo(low);
  }

  private static long usage(List<MemoryGroup> all, long[] own, MemoryGroup of) {
    long sum = 0;
    for (MemoryGroup group : all) {
      sum += group.isIn(of) ? own[group.id()] : 0;
    }
    return sum;
  }
}
