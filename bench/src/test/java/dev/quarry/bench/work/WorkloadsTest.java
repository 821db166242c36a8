package dev.quarry.bench.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Zone;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.infra.ThreadParams;

/** Every workload can be set up, run and taken down, and does what its figure says. */
class WorkloadsTest {
  private static final ThreadParams ONE = new ThreadParams(0, 1, 0, 1, 0, 1, 0, 1, 0, 1);

  private static QuarryMachine machine(int percpuMaxOrder) {
    QuarryMachine machine = new QuarryMachine();
    machine.percpuMaxOrder = percpuMaxOrder;
    machine.boot();
    return machine;
  }

  private static NettyAllocator netty(String name) {
    NettyAllocator netty = new NettyAllocator();
    netty.netty = name;
    netty.make();
    return netty;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10})
  void replaceHoldsHalfOfTheMachine(int percpuMaxOrder) {
    QuarryMachine machine = machine(percpuMaxOrder);
    ReplaceQuarry.Blocks blocks = new ReplaceQuarry.Blocks();
    ReplaceQuarry.Failures failures = new ReplaceQuarry.Failures();
    blocks.written = true;
    blocks.fill(machine, ONE);
    for (int i = 0; i < 20_000; i++) {
      new ReplaceQuarry().replace(blocks, failures);
    }
    Zone zone = machine.machine().memory().zones().getFirst();
    long held = Arrays.stream(blocks.orders).mapToLong(order -> 1L << order).sum();
    assertThat(failures.failed).isZero();
    assertThat(held).isBetween(115_000L, 147_000L);
    assertThat(zone.managed() - zone.freePages() - zone.pcpPages()).isEqualTo(held);
    machine.close(); // checks the invariants
  }

  @ParameterizedTest
  @ValueSource(strings = {"pooled", "pooled32M", "adaptive"})
  void nettyReplaces(String name) {
    ReplaceNetty.Blocks blocks = new ReplaceNetty.Blocks();
    blocks.fill(netty(name), new ThreadParams(0, 32, 0, 1, 0, 1, 0, 1, 0, 1));
    for (int i = 0; i < 500; i++) {
      new ReplaceNetty().replace(blocks);
    }
    assertThat(blocks.buffers).hasSize(22).allSatisfy(b -> assertThat(b.refCnt()).isEqualTo(1));
    blocks.release();
    assertThat(blocks.buffers).allSatisfy(b -> assertThat(b.refCnt()).isZero());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void pairGivesBackWhatItTook(int order) {
    QuarryMachine machine = machine(3);
    Zone zone = machine.machine().memory().zones().getFirst();
    PairQuarry.InHand hand = new PairQuarry.InHand();
    hand.order = order;
    hand.hold(machine);
    for (int i = 0; i < 1_000; i++) {
      assertThat(new PairQuarry().pair(hand)).isTrue();
    }
    new PairQuarry().burst(hand);
    assertThat(zone.freePages() + zone.pcpPages()).isEqualTo(zone.managed());
    assertThat(zone.events().drainPages()).as("a burst must overflow the lists").isPositive();
    machine.close();
  }

  @Test
  void nettyPairs() {
    PairNetty.InHand hand = new PairNetty.InHand();
    hand.order = 4;
    hand.hold(netty("pooled"));
    assertThat(new PairNetty().pair(hand)).isTrue();
    new PairNetty().burst(hand);
    assertThat(hand.buffers).allSatisfy(b -> assertThat(b.refCnt()).isZero());
  }

  @Test
  void fragmentsStayFragments() {
    Growth.Size size = new Growth.Size();
    size.freeBlocks = 1_000;
    Growth.Buddy buddy = new Growth.Buddy();
    buddy.fragment(size);
    Growth.FirstFit firstFit = new Growth.FirstFit();
    firstFit.fragment(size);
    for (int i = 0; i < 5_000; i++) {
      new Growth().buddyOnePage(buddy);
      assertThat(new Growth().buddyTwoPages(buddy)).isTrue();
      new Growth().firstFitTwoPages(firstFit);
    }
    Zone zone = buddy.machine.memory().zones().getFirst();
    assertThat(zone.area(0).nrFree()).isEqualTo(size.freeBlocks);
    assertThat(firstFit.list.extents()).isEqualTo(size.freeBlocks + 1);
    assertThat(buddy.machine.invariants()).isEmpty();
    buddy.close();
  }

  @Test
  void machinesGrow() {
    MachineGrowth.Cpus cpus = new MachineGrowth.Cpus();
    cpus.cpus = 64;
    MachineGrowth.Nodes nodes = new MachineGrowth.Nodes();
    nodes.nodes = 4;
    cpus.boot();
    nodes.boot();
    for (int i = 0; i < 2_000; i++) {
      assertThat(new MachineGrowth().cpus(cpus)).isTrue();
      assertThat(new MachineGrowth().nodes(nodes)).isTrue();
    }
    assertThat(cpus.machine.cpus()).hasSize(64);
    assertThat(nodes.machine.memory().nodes()).hasSize(4);
    for (MachineGrowth.Machines machines : new MachineGrowth.Machines[] {cpus, nodes}) {
      assertThat(machines.machine.invariants()).isEmpty();
      machines.close();
    }
  }
}
