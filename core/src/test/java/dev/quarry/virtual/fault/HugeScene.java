package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.PageState;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.HugePageSettings;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A machine with a process whose window of huge pages can be drawn.
 *
 * <pre>
 *   H  a huge page of its own       Z  the huge page of zeros      .  nothing
 *   h  one that others have too     s  small entries               -  no area
 * </pre>
 */
final class HugeScene implements AutoCloseable {
  static final long AT = 0x4000_0000L;
  static final long HUGE = HugePageSettings.BYTES;
  static final long PAGE = 4096;

  final Machine machine;
  final Cpu cpu;
  final Process process;
  final SystemCalls calls;
  final HugePages huge;

  /** Pages that a test holds back. */
  Deque<Integer> reserve = new ArrayDeque<>();

  HugeScene(String mode, String... more) {
    this.machine =
        Machine.boot(
            MachineSpecReader.read(
                "test",
                "ram 64M\ncpus 0-1\nsysctl vm.min_free_kbytes=512\ntransparent_hugepage "
                    + mode
                    + "\n"
                    + String.join("\n", more)));
    this.cpu = machine.cpu(0);
    this.process = machine.processes().spawn(cpu);
    this.calls = new SystemCalls(cpu, process);
    this.huge = machine.processes().pages().huge();
  }

  /** Maps so many huge pages from the beginning of the window on. */
  void map(int count) {
    long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    assertThat(calls.mmap(AT, count * HUGE, 3, flags, -1, 0)).isEqualTo(AT);
  }

  static long at(int hugePage) {
    return AT + hugePage * HUGE;
  }

  void store(long address, long value) {
    process.store(cpu, address, 8, value);
  }

  long load(long address) {
    return process.load(cpu, address, 8);
  }

  Process fork() {
    return machine.processes().fork(cpu, process);
  }

  void exit(Process one) {
    machine.processes().exit(cpu, one);
  }

  long events(VmEvent event) {
    return machine.memory().events().sum(event);
  }

  long leaves(FaultLeaf leaf) {
    return machine.processes().pages().handler().counts().of(leaf);
  }

  long freePages() {
    machine.allocator().drainAllPages();
    return machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
  }

  String file(String path) {
    return machine.files().read(path).orElseThrow();
  }

  /** The number in a line of a file. */
  long number(String path, String name) {
    return file(path)
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  String draw(Process one, int count) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < count; i++) {
      out.append(draw(one, at(i)));
    }
    return out.toString();
  }

  private char draw(Process one, long address) {
    PageTables tables = one.mm().tables();
    long slot = tables.findUpperSlot(address);
    long entry = slot == PageTables.NO_SLOT ? Pte.NONE : tables.memory().entry(slot);
    if (entry == Pte.NONE) {
      return one.mm().findVmaIntersection(address, address + HUGE) == 0 ? '-' : '.';
    }
    if (!HugeTables.isHuge(entry)) {
      return 's';
    }
    int head = (int) ((entry & tables.layout().frameMask()) >>> 12);
    if ((PageState.flags(machine.memory().map().state(head)) & PageState.ZERO_PAGE) != 0) {
      return 'Z';
    }
    return machine.memory().largeFolios().mapcount(head) == 1 ? 'H' : 'h';
  }

  void window(String expected) {
    window(process, expected);
  }

  void window(Process one, String expected) {
    assertThat(draw(one, expected.length())).isEqualTo(expected);
    assertThat(machine.invariants()).isEmpty();
  }

  @Override
  public void close() {
    machine.processes().all().forEach(one -> machine.processes().exit(cpu, one));
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }
}
