package dev.quarry.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.infra.ThreadParams;

/** Every workload of objects runs on every allocator, and frees what it allocated. */
class ObjectWorkloadsTest {
  private static final ThreadParams ONE = new ThreadParams(0, 1, 0, 1, 0, 1, 0, 1, 0, 1);

  private static ObjectSource source(String name, String kmalloc, String checks) {
    ObjectSource source = new ObjectSource();
    source.source = name;
    source.kmalloc = kmalloc;
    source.checks = checks;
    source.library = ObjectSource.LIBC;
    source.boot();
    return source;
  }

  private static NettyAllocator netty(String name) {
    NettyAllocator netty = new NettyAllocator();
    netty.netty = name;
    netty.make();
    return netty;
  }

  private static HandOver.Size size(int bytes) {
    HandOver.Size size = new HandOver.Size();
    size.bytes = bytes;
    return size;
  }

  @ParameterizedTest
  @CsvSource({
    "inHand, fine, -",
    "inHand, course, -",
    "inHand, fine, F",
    "inHand, fine, FZPU",
    "byThread, fine, -",
    "critical, fine, -"
  })
  void objectsAreAllocatedAndFreed(String name, String kmalloc, String checks) {
    ObjectSource source = source(name, kmalloc, checks);
    ObjectPairs.Hand hand = new ObjectPairs.Hand();
    hand.bytes = 64;
    hand.take(source, ONE);
    ObjectPairs pairs = new ObjectPairs();
    for (int i = 0; i < 100; i++) {
      pairs.pair(hand);
    }
    pairs.pairs(hand);
    pairs.mixed(hand);
    pairs.mixed(hand);
    assertThat(Arrays.stream(hand.objects).distinct()).hasSize(Mix.BLOCKS);
    HandOver.Addresses way = new HandOver.Addresses();
    HandOver.Size size = size(0);
    way.take(source);
    for (int i = 0; i < 100; i++) {
      new HandOver().addresses(way, size);
    }
    way.stop();
    source.close(); // checks invariants and misuses
  }

  @Test
  void thereIsNoOtherSource() {
    ObjectSource source = source("elsewhere", "fine", "-");
    assertThatThrownBy(source::forThread).hasMessage("there are no objects from elsewhere");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pooled", "adaptive"})
  void buffersAreAllocatedAndReleased(String name) {
    BufferPairs.Hand hand = new BufferPairs.Hand();
    hand.bytes = 64;
    hand.take(netty(name), ONE);
    assertThat(new BufferPairs().pair(hand)).isTrue();
    new BufferPairs().pairs(hand);
    new BufferPairs().mixed(hand);
    assertThat(hand.buffers).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
    HandOver.Buffers way = new HandOver.Buffers();
    way.take(netty(name));
    for (int i = 0; i < 100; i++) {
      new HandOver().buffers(way, size(64));
    }
    way.stop();
    assertThat(Arrays.stream(way.places).flatMap(Arrays::stream))
        .allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
  }

  @Test
  void theQueueHandsOverEveryBatchInOrder() {
    HandOver.Words way = new HandOver.Words();
    way.begin();
    for (int i = 0; i < 1_000; i++) {
      new HandOver().words(way);
    }
    way.stop();
    assertThat(way.sum).isEqualTo(63 * 64 / 2);
  }

  private static long inUse(SegmentPairs.Quarry quarry) {
    return quarry.machine.slab().cache("kmalloc-64").orElseThrow().statistics().activeObjects();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void segmentsAreAllocatedAndFreed(boolean zeroed) {
    SegmentPairs.Quarry quarry = new SegmentPairs.Quarry();
    quarry.zeroed = zeroed;
    quarry.boot();
    long before = inUse(quarry);
    SegmentPairs.Size size = new SegmentPairs.Size();
    size.bytes = 64;
    SegmentPairs pairs = new SegmentPairs();
    for (int i = 0; i < 1_000; i++) {
      pairs.freedSingly(quarry, size);
      pairs.ourArena(quarry, size);
    }
    pairs.ofConfined(size);
    pairs.ofConfinedPairs(size);
    assertThat(inUse(quarry)).isEqualTo(before);
    quarry.close();
  }

  @Test
  void objectsGrow() {
    ObjectGrowth.Caches caches = new ObjectGrowth.Caches();
    caches.caches = 100;
    ObjectGrowth.Objects objects = new ObjectGrowth.Objects();
    objects.objects = 10_000;
    ObjectGrowth.Cpus cpus = new ObjectGrowth.Cpus();
    cpus.cpus = 16;
    for (ObjectGrowth.Machines machines : new ObjectGrowth.Machines[] {caches, objects, cpus}) {
      machines.boot();
    }
    for (int i = 0; i < 2_000; i++) {
      assertThat(new ObjectGrowth().caches(caches)).isTrue();
      new ObjectGrowth().objects(objects);
      assertThat(new ObjectGrowth().cpus(cpus)).isTrue();
    }
    assertThat(Arrays.stream(objects.live).distinct()).hasSize(10_000);
    for (ObjectGrowth.Machines machines : new ObjectGrowth.Machines[] {caches, objects, cpus}) {
      assertThat(machines.machine.invariants()).isEmpty();
      machines.close();
    }
  }
}
