package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Generations: what a walk promotes, what goes, and the change from lists to them and back. */
class GenerationsTest {
  private static final String ENABLED = "/sys/kernel/mm/lru_gen/enabled";

  /** Used in two walks, a page is young; what was not used goes, and only that. */
  @Test
  void whatWasUsedStaysAndTheRestGoes() {
    try (Machine machine = SmallMachine.boot("lru mglru")) {
      machine.tlbs(null); // a hit in a TLB marks nothing
      Cpu cpu = machine.cpu(0);
      Reclaim reclaim = machine.reclaim();
      reclaim.swapOnOff().on("swap", MemorySwap.of(1024), 0);
      int pages = 200;
      Process process = SmallMachine.process(machine, pages);
      SmallMachine.fill(machine, process, pages);
      reclaim.drainAll();
      Lruvec lruvec = reclaim.lruvecs().getFirst();
      Generations generations = Objects.requireNonNull(lruvec.generations());
      for (int walk = 0; walk < 4; walk++) {
        for (int i = 0; i < pages; i += 2) {
          process.load(cpu, AT + i * PAGE, 8);
        }
        reclaim.aged().begin(lruvec, generations.maxSeq(), 60);
        assertThat(machine.invariants()).isEmpty();
      }
      ScanControl scan = new ScanControl(cpu, Gfp.GFP_KERNEL, false, reclaim.scope());
      scan.highestZone = 2;
      scan.toReclaim = 80;
      scan.priority = 0;
      reclaim.aged().shrink(lruvec, scan);
      assertThat(scan.reclaimed).isGreaterThanOrEqualTo(80);
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < pages; i += 2) {
        assertThat(process.mm().tables().leaf(AT + i * PAGE) & 1).as("page %d", i).isEqualTo(1);
      }
    }
  }

  /** A page that comes back is held against the generations of its group, not of the others. */
  @Test
  void pagesOfAGroupThatComeBackAreMissed() {
    try (Machine machine = SmallMachine.boot("lru mglru")) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(4096), 0);
      MemoryGroup group = machine.reclaim().groups().make("/small");
      group.max(300);
      Process process = SmallMachine.process(machine, 400);
      process.mm().task().group(group.id());
      NodeStat missed = NodeStat.WORKINGSET_ACTIVATE_ANON;
      Node node = machine.memory().nodes().getFirst();
      SmallMachine.fill(machine, process, 400);
      SplittableRandom random = new SplittableRandom(3);
      long before = 0;
      for (int step = 0; step < 20_000; step++) {
        if (step == 10_000) {
          before = node.stat(missed);
        }
        process.load(machine.cpu(0), AT + random.nextInt(400) * PAGE, 8);
      }
      assertThat(node.stat(missed) - before).isGreaterThan(100);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void listsBecomeGenerationsAndBackUnderPressure() {
    long seed = 9;
    SplittableRandom random = new SplittableRandom(seed);
    try (Machine machine = SmallMachine.boot()) {
      Cpu cpu = machine.cpu(0);
      int pages = 6000;
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      Process process = SmallMachine.process(machine, pages);
      ProcFs files = machine.files();
      long[] expected = new long[pages];
      String[] states = {"y", "n", "1", "0x0003", "0"};
      String[] says = {"0x0003", "0x0000", "0x0001", "0x0003", "0x0000"};
      for (int step = 0; step < 40_000; step++) {
        String where = "seed " + seed + " step " + step;
        int page = random.nextInt(pages);
        if (random.nextInt(1000) == 0) {
          int state = random.nextInt(states.length);
          files.write(ENABLED, states[state]);
          assertThat(files.read(ENABLED)).as(where).contains(says[state] + "\n");
          assertThat(machine.invariants()).as(where).isEmpty();
        } else if (random.nextBoolean()) {
          expected[page] = random.nextLong();
          process.store(cpu, AT + page * PAGE, 8, expected[page]);
        } else {
          assertThat(process.load(cpu, AT + page * PAGE, 8)).as(where).isEqualTo(expected[page]);
        }
      }
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.memory().events().sum(VmEvent.PSWPIN)).isGreaterThan(1000);
    }
  }
}
