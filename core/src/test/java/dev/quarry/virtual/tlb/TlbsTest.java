package dev.quarry.virtual.tlb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.fault.UserFaultException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What TLBs count and forget, with processes on two CPUs. */
class TlbsTest {
  private static final long BASE = 0x1000_0000L;
  private static final int PAGE = 4096;
  private static final int READ = Access.READ | Access.USER;
  private static final int PRIVATE_ANONYMOUS_FIXED = 0x32;

  private Machine machine;
  private Cpu cpu;
  private Cpu other;

  @BeforeEach
  void boot() {
    String text = "cpus 0-1\nram 64M\nzone DMA below=16M\nzone DMA32 below=4G\n";
    machine = Machine.boot(MachineSpecReader.read("test", text));
    cpu = machine.cpu(0);
    other = machine.cpu(1);
  }

  @AfterEach
  void close() {
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  private Tlbs tlbs(String text) {
    machine.tlbs(TlbModel.parse(text));
    return Objects.requireNonNull(machine.tlbs());
  }

  private Process process(int pages) {
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    long got =
        new SystemCalls(cpu, process)
            .mmap(BASE, (long) pages * PAGE, 3, PRIVATE_ANONYMOUS_FIXED, -1, 0);
    assertThat(got).isEqualTo(BASE);
    for (int i = 0; i < pages; i++) {
      process.store(cpu, BASE + (long) i * PAGE, 8, i);
    }
    return process;
  }

  /** Fully associative, one level: hits and misses are those of the JDK's map in access order. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 16, 24})
  void hitsAndMissesAreThoseOfAModel(int entries) {
    Process process = process(64);
    Tlbs tlbs = tlbs(entries + "/" + entries);
    Map<Long, Boolean> model =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > entries;
          }
        };
    Random random = new Random(entries);
    long hits = 0;
    int accesses = 5_000;
    for (int i = 0; i < accesses; i++) {
      long page = (long) (random.nextGaussian() * 6 + 32) & 63;
      boolean write = random.nextInt(3) == 0;
      hits += model.put(page, true) != null ? 1 : 0;
      int access = write ? READ | Access.WRITE : READ;
      long physical = tlbs.translate(cpu, process.mm().tables(), BASE + page * PAGE + 9, access);
      assertThat(physical)
          .isEqualTo(process.mm().tables().translate(BASE + page * PAGE + 9, access));
    }
    TlbStats stats = tlbs.stats(0);
    assertThat(stats.hits(TlbStats.DATA, 1)).isEqualTo(hits);
    assertThat(stats.misses(TlbStats.DATA)).isEqualTo(accesses - hits);
    assertThat(stats.walks()).isEqualTo(stats.misses(TlbStats.DATA));
  }

  @Test
  void walkCachesSaveReferences() {
    Process process = process(600);
    PageTables tables = process.mm().tables();
    machine.tlbs(new TlbModel.Hardware(TlbGeometry.parse("1/1").withWalkCache(List.of())));
    Tlbs without = Objects.requireNonNull(machine.tlbs());
    machine.tlbs(new TlbModel.Hardware(TlbGeometry.parse("1/1").withWalkCache(List.of(1, 0, 0))));
    Tlbs with = Objects.requireNonNull(machine.tlbs());
    for (int i = 0; i < 600; i++) {
      without.translate(cpu, tables, BASE + (long) i * PAGE, READ);
      with.translate(cpu, tables, BASE + (long) i * PAGE, READ);
    }
    assertThat(without.stats(0).walkReferences()).isEqualTo(4 * 600);
    // One table of 512 pages after the other: four references at each beginning, then one.
    int beginnings = 2;
    assertThat(with.stats(0).walkReferences()).isEqualTo(600 + 3 * beginnings);
    assertThat(with.stats(0).walkCacheHits(1)).isEqualTo(600 - beginnings);
  }

  @Test
  void aSecondLevelAnswersWhatTheFirstForgot() {
    Process process = process(8);
    Tlbs tlbs = tlbs("2/2+8/8");
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 8; i++) {
        tlbs.translate(cpu, process.mm().tables(), BASE + (long) i * PAGE, READ);
      }
    }
    TlbStats stats = tlbs.stats(0);
    assertThat(stats.misses(TlbStats.DATA)).isEqualTo(8);
    assertThat(stats.hits(TlbStats.DATA, 2)).isEqualTo(16);
    assertThat(stats.hits(TlbStats.DATA, 1)).isZero();
  }

  @Test
  void whoRunsTheAddressSpaceIsInterrupted() {
    Process process = process(4);
    Tlbs tlbs = tlbs("64/4");
    process.load(cpu, BASE, 8);
    process.load(other, BASE, 8);
    new SystemCalls(cpu, process).munmap(BASE, PAGE);
    assertThat(tlbs.stats(0).shootdowns()).isEqualTo(1);
    assertThatThrownBy(() -> process.load(other, BASE, 8)).isInstanceOf(UserFaultException.class);
    assertThat(process.load(other, BASE + PAGE, 8)).isEqualTo(1);
  }

  @Test
  void whoIsLazyIsSparedAndForgetsWhenItReturns() {
    Process process = process(4);
    Tlbs tlbs = tlbs("64/4");
    process.load(cpu, BASE, 8);
    process.load(other, BASE, 8);
    tlbs.enterLazy(other);
    new SystemCalls(cpu, process).madvise(BASE, PAGE, 4);
    assertThat(tlbs.stats(0).shootdowns()).isZero();
    assertThat(tlbs.stats(0).lazySpared()).isEqualTo(1);
    assertThat(process.load(other, BASE, 8)).as("the new page of zeros").isZero();
    assertThat(tlbs.stats(1).fullFlushes()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void asidsKeepEntriesOverSwitches() {
    Process first = process(2);
    Process second = process(2);
    for (boolean asids : new boolean[] {true, false}) {
      machine.tlbs(new TlbModel.Hardware(TlbGeometry.parse("64/4").withAsids(asids)));
      Tlbs tlbs = Objects.requireNonNull(machine.tlbs());
      for (int i = 0; i < 10; i++) {
        first.load(cpu, BASE, 8);
        second.load(cpu, BASE, 8);
      }
      assertThat(tlbs.stats(0).switches()).isEqualTo(20);
      assertThat(tlbs.stats(0).misses(TlbStats.DATA)).isEqualTo(asids ? 2 : 20);
    }
  }

  @Test
  void aWriteToACleanEntrySetsTheDirtyBit() {
    Process process = process(1);
    PageTables tables = process.mm().tables();
    long slot = tables.findSlot(BASE);
    tables.memory().entry(slot, tables.memory().entry(slot) & ~Pte.DIRTY);
    Tlbs tlbs = tlbs("64/4");
    process.load(cpu, BASE, 8);
    process.store(cpu, BASE, 8, 1);
    assertThat(tables.memory().entry(slot) & Pte.DIRTY).isNotZero();
    assertThat(tlbs.stats(0).walksToMark()).isEqualTo(1);
    process.store(cpu, BASE, 8, 1);
    assertThat(tlbs.stats(0).walks()).isEqualTo(2);
  }

  @Test
  void theDirectMapIsInLargeEntriesAndOnMipsInNone() {
    long address = machine.kernelSpace().layout().directStart() + (20L << 20);
    Tlbs hardware = tlbs("usual");
    machine.mmu(cpu).store(address, 8, 42, 0);
    assertThat(machine.mmu(cpu).load(address + 65_536, 8, 0)).isZero();
    assertThat(hardware.stats(0).misses(TlbStats.DATA)).isEqualTo(1);
    assertThat(hardware.entries(0))
        .filteredOn(entry -> !entry.isOfWalkCache())
        .allMatch(entry -> entry.bytes() == 2 << 20 && entry.context() == 0);
    Tlbs mips = tlbs("mips");
    assertThat(machine.mmu(cpu).load(address, 8, 0)).isEqualTo(42);
    assertThat(mips.entries(0)).isEmpty();
    assertThat(mips.stats(0).refills()).isZero();
  }

  @Test
  void aMipsKernelRefillsPairs() {
    Process process = process(8);
    Tlbs tlbs = tlbs("mips");
    for (int i = 0; i < 8; i++) {
      assertThat(process.load(cpu, BASE + (long) i * PAGE, 8)).isEqualTo(i);
    }
    TlbStats stats = tlbs.stats(0);
    assertThat(stats.refills()).as("a pair at a time").isEqualTo(4);
    assertThat(stats.walkReferences()).isEqualTo(4 * 5);
    assertThat(stats.hits(TlbStats.DATA, 1)).isEqualTo(4);
    PageTables tables = process.mm().tables();
    long slot = tables.findSlot(BASE);
    tables.memory().entry(slot, tables.memory().entry(slot) & ~Pte.DIRTY);
    tables.memory().tlb().userRange(cpu, tables, BASE, 1, false);
    process.store(cpu, BASE, 8, 1);
    assertThat(tlbs.stats(0).modifiedExceptions()).isEqualTo(1);
    assertThat(tables.memory().entry(slot) & Pte.DIRTY).isNotZero();
  }

  @Test
  void mipsReplacementComesFromTheSeed() {
    Process process = process(512);
    long first = 0;
    for (int seed : new int[] {1, 1, 2}) {
      machine.tlbs(new TlbModel.Software(new MipsGeometry(64, 8, seed)));
      Random random = new Random(7);
      for (int i = 0; i < 4_000; i++) {
        process.load(cpu, BASE + (long) random.nextInt(512) * PAGE, 8);
      }
      long refills = Objects.requireNonNull(machine.tlbs()).stats(0).refills();
      assertThat(refills).isBetween(2_000L, 3_500L);
      assertThat(first == 0 || (refills == first) == (seed == 1)).isTrue();
      first = first == 0 ? refills : first;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "64",
        "64/5",
        "0/1",
        "l1d:64/4",
        "l9:64/4",
        "64/4/3M",
        "x:1/1",
        "mips:1",
        "65536/1025"
      })
  void impossibleGeometriesAreRefused(String text) {
    assertThatThrownBy(() -> TlbModel.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotEmpty();
  }

  @Test
  void aGeometryReadsBack() {
    String text = TlbGeometry.USUAL.text();
    assertThat(TlbGeometry.parse(text).text()).isEqualTo(text);
    assertThat(TlbGeometry.parse("64/4+1536/12").text()).isEqualTo("l1:64/4+l2:1536/12");
  }
}
