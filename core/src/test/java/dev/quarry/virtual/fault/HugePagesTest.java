package dev.quarry.virtual.fault;

import static dev.quarry.virtual.fault.HugeScene.AT;
import static dev.quarry.virtual.fault.HugeScene.HUGE;
import static dev.quarry.virtual.fault.HugeScene.PAGE;
import static dev.quarry.virtual.fault.HugeScene.at;
import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.observe.PageMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.HugePrctl;
import dev.quarry.virtual.space.RssKind;
import org.junit.jupiter.api.Test;

/** What becomes of huge pages, drawn. */
class HugePagesTest {
  private static final long BOTH = MREMAP_MAYMOVE | MREMAP_FIXED;

  @Test
  void firstWriteBringsAHugePage() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(3);
      long faults = scene.process.mm().minFaults();
      scene.store(at(1) + 5 * PAGE, 7);
      scene.window(".H.");
      assertThat(scene.load(at(1) + 5 * PAGE)).isEqualTo(7);
      assertThat(scene.load(at(1) + 511 * PAGE)).isZero();
      assertThat(scene.process.mm().minFaults()).isEqualTo(faults + 1);
      assertThat(scene.process.mm().rss(RssKind.ANON)).isEqualTo(512);
      assertThat(scene.leaves(FaultLeaf.HUGE_DEMAND_ZERO)).isEqualTo(1);
      assertThat(scene.number("/proc/vmstat", "thp_fault_alloc ")).isEqualTo(1);
      assertThat(scene.number("/proc/meminfo", "AnonHugePages:")).isEqualTo(2048);
      assertThat(scene.number("/proc/1/smaps", "AnonHugePages:")).isEqualTo(2048);
      assertThat(scene.number("/proc/1/smaps", "Private_Dirty:")).isEqualTo(2048);
      // Above the root: PUD and PMD of the window, and of the stack none yet; a deposited table.
      assertThat(scene.number("/proc/1/status", "VmPTE:")).isEqualTo(12);
      long first = PageMap.word(scene.process.mm(), at(1));
      long last = PageMap.word(scene.process.mm(), at(1) + 511 * PAGE);
      assertThat(last - first).as("frames lie one after the other").isEqualTo(511);
      assertThat(first & PageMap.EXCLUSIVE).isNotZero();
      int head = (int) first;
      var flags = scene.machine.files().words("/proc/kpageflags").orElseThrow();
      byte[] words = new byte[16];
      flags.read(8L * head, words);
      // KPF_COMPOUND_HEAD 15, COMPOUND_TAIL 16, THP 22, ANON 12, MMAP 11
      assertThat(words[1] & 0x98).as("head, anon, mmap").isEqualTo(0x98);
      assertThat(words[8 + 2] & 0x41).as("thp, tail").isEqualTo(0x41);
    }
  }

  @Test
  void readsShareZeros() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(3);
      assertThat(scene.load(at(0))).isZero();
      scene.load(at(1));
      Process child = scene.fork();
      scene.window("ZZ.");
      scene.window(child, "ZZ.");
      assertThat(scene.events(VmEvent.THP_ZERO_PAGE_ALLOC)).isEqualTo(1);
      assertThat(scene.process.mm().rss(RssKind.ANON)).isZero();
      scene.store(at(0) + PAGE, 3);
      scene.window("HZ.");
      assertThat(scene.leaves(FaultLeaf.HUGE_COW_ZERO_PAGE)).isEqualTo(1);
      scene.calls.munmap(at(1) + PAGE, PAGE);
      scene.window("Hs.");
      assertThat(scene.load(at(1))).isZero();
      assertThat(scene.huge.shrinkZeroPage(scene.cpu)).as("the child has it").isZero();
      scene.exit(child);
      assertThat(scene.huge.shrinkZeroPage(scene.cpu)).as("the parent has it").isZero();
      scene.exit(scene.process);
      long free = scene.freePages();
      assertThat(scene.huge.shrinkZeroPage(scene.cpu)).isEqualTo(512);
      assertThat(scene.freePages()).isEqualTo(free + 512);
    }
  }

  @Test
  void areasDecide() {
    try (HugeScene scene = new HugeScene("madvise")) {
      long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
      scene.calls.mmap(AT + PAGE, 4 * HUGE, 3, flags, -1, 0);
      scene.store(at(1), 1);
      scene.window(".s...");
      assertThat(scene.calls.madvise(AT + PAGE, 4 * HUGE, Advice.HUGEPAGE.number())).isZero();
      scene.store(at(0) + PAGE, 1);
      scene.store(at(2), 1);
      scene.store(at(4), 1);
      scene.window("ssH.s");
      assertThat(scene.number("/proc/1/smaps", "THPeligible:")).isEqualTo(1);
      scene.calls.madvise(at(3), HUGE, Advice.NOHUGEPAGE.number());
      scene.store(at(3), 1);
      scene.window("ssHss");
      assertThat(scene.number("/proc/1/smaps", "THPeligible:")).isEqualTo(1);
    }
  }

  @Test
  void processesAndSettingsDecide() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(5);
      assertThat(scene.calls.prctlSetThpDisable(0, HugePrctl.EXCEPT_ADVISED)).isEqualTo(-22);
      assertThat(scene.calls.prctlSetThpDisable(1, HugePrctl.EXCEPT_ADVISED)).isZero();
      assertThat(scene.calls.prctlGetThpDisable()).isEqualTo(3);
      scene.store(at(0), 1);
      scene.calls.madvise(at(1), 2 * HUGE, Advice.HUGEPAGE.number());
      scene.store(at(1), 1);
      scene.window("sH...");
      assertThat(scene.calls.prctlSetThpDisable(1, 0)).isZero();
      scene.store(at(2), 1);
      scene.window("sHs..");
      assertThat(scene.calls.prctlSetThpDisable(0, 0)).isZero();
      scene.store(at(3), 1);
      scene.machine.files().write("/sys/kernel/mm/transparent_hugepage/enabled", "never");
      scene.store(at(4), 1);
      scene.window("sHsHs");
    }
  }

  @Test
  void aSharedHugePageIsCopiedPageByPage() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(1);
      scene.store(AT, 1);
      scene.store(AT + PAGE, 2);
      Process child = scene.fork();
      scene.window("h");
      scene.window(child, "h");
      child.store(scene.cpu, AT, 8, 9);
      scene.window("h");
      scene.window(child, "s");
      assertThat(scene.load(AT)).isEqualTo(1);
      assertThat(child.load(scene.cpu, AT + PAGE, 8)).isEqualTo(2);
      assertThat(scene.leaves(FaultLeaf.COW_COPY)).isEqualTo(1);
      assertThat(scene.events(VmEvent.THP_SPLIT_PMD)).isEqualTo(1);
      assertThat(scene.events(VmEvent.THP_SPLIT_PAGE)).isZero();
      scene.exit(child);
      scene.store(AT, 5);
      scene.window("H");
      assertThat(scene.leaves(FaultLeaf.HUGE_COW_REUSE)).isEqualTo(1);
    }
  }

  @Test
  void aSplitBlockIsReusedByWhoIsAlone() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(1);
      scene.store(AT, 1);
      Process child = scene.fork();
      child.store(scene.cpu, AT, 8, 9);
      scene.exit(scene.process);
      child.store(scene.cpu, AT + 3 * PAGE, 8, 4);
      assertThat(scene.leaves(FaultLeaf.COW_REUSE)).isEqualTo(1);
      scene.window(child, "s");
    }
  }

  @Test
  void partsStayUntilTheBlockIsSplit() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(1);
      for (int i = 0; i < 512; i++) {
        scene.store(AT + i * PAGE, i + 1);
      }
      long free = scene.freePages();
      scene.calls.madvise(AT, 100 * PAGE, Advice.DONTNEED.number());
      scene.window("s");
      assertThat(scene.process.mm().rss(RssKind.ANON)).isEqualTo(412);
      assertThat(scene.number("/proc/meminfo", "AnonPages:")).isEqualTo(412 * 4);
      assertThat(scene.freePages()).as("nothing is free yet").isEqualTo(free);
      assertThat(scene.events(VmEvent.THP_DEFERRED_SPLIT_PAGE)).isEqualTo(1);
      assertThat(scene.huge.splitDeferred(scene.cpu, 10)).isEqualTo(1);
      assertThat(scene.freePages()).isEqualTo(free + 100);
      assertThat(scene.load(AT + 100 * PAGE)).isEqualTo(101);
      assertThat(scene.events(VmEvent.THP_SPLIT_PAGE)).isEqualTo(1);
      scene.window("s");
    }
  }

  /** What a page of a recorded process holds is not known: it is not taken to be zeros. */
  @Test
  void withoutContentsNothingIsGivenUpWithTheBlock() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.machine.processes().pages().forgetContents();
      scene.map(1);
      scene.store(AT + 3 * PAGE, 1);
      long free = scene.freePages();
      scene.calls.munmap(AT, PAGE);
      assertThat(scene.huge.splitDeferred(scene.cpu, 10)).isEqualTo(1);
      assertThat(scene.process.mm().rss(RssKind.ANON)).isEqualTo(511);
      assertThat(scene.freePages()).isEqualTo(free + 1);
    }
  }

  @Test
  void whatWasNeverWrittenIsGivenUpWithTheBlock() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(1);
      scene.store(AT + 3 * PAGE, 1);
      long free = scene.freePages();
      scene.calls.munmap(AT, PAGE);
      assertThat(scene.huge.splitDeferred(scene.cpu, 10)).isEqualTo(1);
      assertThat(scene.process.mm().rss(RssKind.ANON)).isEqualTo(1);
      assertThat(scene.freePages()).isEqualTo(free + 511);
      assertThat(scene.load(AT + 7 * PAGE)).isZero();
      scene.window("s");
    }
  }

  @Test
  void whatIsAlignedMovesWhole() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(2);
      scene.store(at(0), 1);
      scene.store(at(1), 2);
      long frame = PageMap.word(scene.process.mm(), at(0)) << 9;
      assertThat(scene.calls.mremap(at(0), HUGE, HUGE, BOTH, at(4))).isEqualTo(at(4));
      scene.window("-H--H");
      assertThat(PageMap.word(scene.process.mm(), at(4)) << 9).isEqualTo(frame);
      assertThat(scene.events(VmEvent.THP_SPLIT_PMD)).isZero();
      long to = at(6) + 3 * PAGE;
      assertThat(scene.calls.mremap(at(1), HUGE, HUGE, BOTH, to)).isEqualTo(to);
      scene.window("----H-ss");
      assertThat(scene.load(to)).isEqualTo(2);
      assertThat(scene.events(VmEvent.THP_SPLIT_PMD)).isEqualTo(1);
    }
  }

  @Test
  void boundsOfAreasSplit() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(3);
      for (int i = 0; i < 3; i++) {
        scene.store(at(i), i);
      }
      scene.calls.mprotect(at(1), HUGE, 1);
      scene.window("HHH");
      scene.calls.mprotect(at(1), HUGE, 3);
      scene.store(at(1), 5);
      assertThat(scene.leaves(FaultLeaf.HUGE_COW_REUSE)).as("writable at once").isZero();
      scene.calls.mprotect(at(1) + PAGE, PAGE, 1);
      scene.window("HsH");
      scene.calls.madvise(at(2) + PAGE, PAGE, Advice.DONTFORK.number());
      scene.window("Hss");
      assertThat(scene.load(at(2))).isEqualTo(2);
    }
  }

  @Test
  void smallPagesWhereThereIsNoHugeOne() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(2);
      scene.store(at(0), 1);
      int order = 9;
      int gfp = dev.quarry.physical.Gfp.GFP_KERNEL | dev.quarry.physical.Gfp.NOWARN;
      while (scene.machine.allocator().allocPages(scene.cpu, gfp, order) >= 0) {
        // Until none is left.
      }
      scene.store(at(1), 2);
      scene.window("Hs");
      assertThat(scene.events(VmEvent.THP_FAULT_FALLBACK)).isEqualTo(1);
      assertThat(scene.leaves(FaultLeaf.HUGE_FALLBACK)).isEqualTo(1);
      assertThat(scene.calls.madvise(at(1), HUGE, Advice.COLLAPSE.number())).isEqualTo(-12);
      assertThat(scene.events(VmEvent.THP_COLLAPSE_ALLOC_FAILED)).isEqualTo(1);
    }
  }

  @Test
  void twoLevelsHaveNone() {
    try (Machine machine =
        FaultMachines.of(PageTableLayout.X86_32, "transparent_hugepage always")) {
      assertThat(machine.files().read("/sys/kernel/mm/transparent_hugepage/enabled")).isEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> machine.files().write("/sys/kernel/mm/transparent_hugepage/enabled", "always"))
          .withMessageContaining("no huge pages");
      Process process = machine.processes().spawn(machine.cpu(0));
      var calls = new dev.quarry.kernel.SystemCalls(machine.cpu(0), process);
      long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
      calls.mmap(AT, 4 * HUGE, 3, flags, -1, 0);
      process.store(machine.cpu(0), AT, 8, 1);
      assertThat(machine.memory().nodes().getFirst().stat(NodeStat.NR_ANON_PAGES)).isEqualTo(1);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
