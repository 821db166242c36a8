package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.Advice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What groups have in swap: who pays for a place, until when, and what limits do. */
class GroupSwapTest {
  private static final String GROUP = "/sys/fs/cgroup/g/";

  private static Machine boot(String lru) {
    Machine machine = SmallMachine.boot(lru);
    machine.reclaim().swapOnOff().on("swap", MemorySwap.of(4096), 0);
    machine.reclaim().groups().make("/g");
    return machine;
  }

  private static MemoryGroup group(Machine machine) {
    return machine.reclaim().groups().root().children().getFirst();
  }

  private static Process member(Machine machine, int pages) {
    Process process = SmallMachine.process(machine, pages);
    process.mm().task().group(group(machine).id());
    SmallMachine.fill(machine, process, pages);
    return process;
  }

  /** A place is paid for from swap-out until it is free, be the page in memory again or not. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void aPlaceIsPaidForUntilItIsFree(String lru) {
    try (Machine machine = boot(lru)) {
      MemoryGroup group = group(machine);
      Process process = member(machine, 600);
      machine.files().write(GROUP + "memory.reclaim", "1M");
      long swapped = group.swap().usage();
      assertThat(swapped).isGreaterThanOrEqualTo(256);
      assertThat(machine.files().read(GROUP + "memory.swap.current"))
          .contains(swapped * PAGE + "\n");
      Process child = machine.processes().fork(machine.cpu(0), process);
      assertThat(group.swap().usage()).isEqualTo(swapped); // both say the same places
      process.mm().task().group(0);
      child.mm().task().group(0);
      long before = group.usage();
      for (int i = 0; i < 600; i++) {
        assertThat(child.load(machine.cpu(0), AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
      }
      // They are the group's that they left, though nobody of it brought them back.
      assertThat(group.usage()).isEqualTo(before + swapped);
      machine.processes().exit(machine.cpu(0), child);
      machine.processes().exit(machine.cpu(0), process);
      assertThat(group.swap().usage()).isZero();
      assertThat(group.swap().peak()).isEqualTo(swapped);
      assertThat(machine.files().read(GROUP + "memory.swap.peak")).contains(swapped * PAGE + "\n");
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void whoMayHaveNoMoreSwapDies(String lru) {
    try (Machine machine = boot(lru)) {
      MemoryGroup group = group(machine);
      machine.files().write(GROUP + "memory.swap.max", "400K");
      machine.files().write(GROUP + "memory.max", "2M");
      Process process = SmallMachine.process(machine, 1000);
      process.mm().task().group(group.id());
      int page = 0;
      while (!process.mm().task().isVictim()) {
        try {
          process.store(machine.cpu(0), AT + page++ * PAGE, 8, 1);
        } catch (UserFaultException e) {
          assertThat(e).hasMessageContaining("killed");
        }
        assertThat(group.swap().usage()).isLessThanOrEqualTo(100);
      }
      assertThat(page).isBetween(512 + 80, 512 + 101); // some pages are the kernel's
      assertThat(group.swap().peak()).isEqualTo(100);
      assertThat(group.events(GroupEvent.OOM_KILL)).isEqualTo(1);
      assertThat(machine.files().read(GROUP + "memory.swap.events"))
          .contains(
              "high 0\nmax %d\nfail %d\n"
                  .formatted(
                      group.events(GroupEvent.SWAP_MAX), group.events(GroupEvent.SWAP_FAIL)));
      machine.processes().exitKilled(machine.cpu(0));
      assertThat(group.usage()).isZero();
      assertThat(group.swap().usage()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** Places of a group that is removed are the parent's; those of one below the root, nobody's. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void whatIsLeftInSwapGoesToTheParent(String lru) {
    try (Machine machine = boot(lru)) {
      MemoryGroups groups = machine.reclaim().groups();
      MemoryGroup parent = group(machine);
      MemoryGroup child = groups.make("/g/c");
      Process process = SmallMachine.process(machine, 500);
      process.mm().task().group(child.id());
      SmallMachine.fill(machine, process, 500);
      machine.files().write(GROUP + "c/memory.reclaim", "1M");
      long swapped = child.swap().usage();
      // One with groups below it stays, and all that is its own.
      assertThatIllegalArgumentException()
          .isThrownBy(() -> machine.reclaim().remove(parent))
          .withMessage("/g has groups below it");
      assertThat(machine.invariants()).isEmpty();
      process.mm().task().group(0);
      machine.reclaim().remove(child);
      assertThat(parent.swap().usage()).isEqualTo(swapped);
      assertThat(machine.invariants()).isEmpty();
      machine.reclaim().remove(parent);
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < 500; i++) {
        assertThat(process.load(machine.cpu(0), AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
      }
      machine.processes().exit(machine.cpu(0), process);
      assertThat(groups.root().usage()).isZero();
      assertThat(groups.root().swap().usage()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** Above memory.swap.high it is held up; below, not; reclaim that brings too little says so. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void aboveSwapHighItIsHeldUp(String lru) {
    try (Machine machine = boot(lru)) {
      MemoryGroup group = group(machine);
      machine.files().write(GROUP + "memory.max", "2M");
      machine.files().write(GROUP + "memory.swap.high", "1M");
      Process process = member(machine, 700);
      assertThat(group.swap().usage()).isBetween(150L, 256L);
      assertThat(group.events(GroupEvent.SWAP_HIGH)).isZero();
      assertThat(group.throttledNanos()).isZero();
      Process second = member(machine, 300);
      assertThat(group.swap().usage()).isGreaterThan(400);
      assertThat(group.events(GroupEvent.SWAP_HIGH)).isPositive();
      assertThat(group.throttledNanos()).isPositive();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> machine.files().write(GROUP + "memory.reclaim", "64M"))
          .withMessageContaining("bytes went, not 67108864: EAGAIN");
      machine.processes().exit(machine.cpu(0), process);
      machine.processes().exit(machine.cpu(0), second);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** What was nobody's when it went to swap is nobody's afterwards, whoever brings it back. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void whatWasTheRootsStaysTheRoots(String lru) {
    try (Machine machine = boot(lru)) {
      MemoryGroup group = group(machine);
      Process process = SmallMachine.process(machine, 500);
      SmallMachine.fill(machine, process, 500);
      SystemCalls calls = new SystemCalls(machine.cpu(0), process);
      assertThat(calls.madvise(AT, 500 * PAGE, Advice.PAGEOUT.number())).isZero();
      process.mm().task().group(group.id());
      for (int i = 0; i < 500; i++) {
        assertThat(process.load(machine.cpu(0), AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
      }
      assertThat(machine.files().read(GROUP + "memory.stat").orElseThrow()).startsWith("anon 0\n");
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /**
   * The group that is above memory.swap.high says so, not the one below it that asks for memory.
   */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void theGroupAboveSwapHighSaysSo(String lru) {
    try (Machine machine = boot(lru)) {
      MemoryGroup group = group(machine);
      MemoryGroup child = machine.reclaim().groups().make("/g/c");
      machine.files().write(GROUP + "memory.swap.high", "1M");
      machine.files().write(GROUP + "c/memory.max", "2M");
      Process process = SmallMachine.process(machine, 1200);
      process.mm().task().group(child.id());
      SmallMachine.fill(machine, process, 1200);
      assertThat(group.ownEvents(GroupEvent.SWAP_HIGH)).isPositive();
      assertThat(child.events(GroupEvent.SWAP_HIGH)).isZero();
      machine.files().write(GROUP + "c/memory.swap.high", "1M");
      long before = group.events(GroupEvent.SWAP_HIGH);
      Process second = SmallMachine.process(machine, 200);
      second.mm().task().group(child.id());
      SmallMachine.fill(machine, second, 200);
      long said = child.events(GroupEvent.SWAP_HIGH);
      assertThat(said).isPositive();
      assertThat(group.events(GroupEvent.SWAP_HIGH)).isEqualTo(before + 2 * said);
    }
  }

  /** Who frees memory may pass the limit, which is an event all the same. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void aForcedChargeIsAnEvent(String lru) {
    try (Machine machine = boot(lru)) {
      MemoryGroup group = group(machine);
      group.max(0);
      Cpu cpu = machine.cpu(0);
      cpu.freeingMemory(true);
      assertThat(machine.reclaim().limits().chargeUser(cpu, group, 1, Gfp.GFP_KERNEL)).isTrue();
      cpu.freeingMemory(false);
      assertThat(group.usage()).isEqualTo(1);
      assertThat(group.events(GroupEvent.MAX)).isEqualTo(1);
      machine.reclaim().groups().charge(group, -1);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
