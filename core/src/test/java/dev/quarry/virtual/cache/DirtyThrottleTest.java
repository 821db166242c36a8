package dev.quarry.virtual.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.physical.DirtyLimits;
import dev.quarry.physical.DirtySettings;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dirty limits, who waits for the disk and how long, and what time brings to it. */
class DirtyThrottleTest {
  private static final int PAGE = CacheMachine.PAGE;
  private static final long SECOND = 1_000_000_000L;
  private static final long PAGE_NANOS = 40_000;

  @TempDir Path folder;
  private CacheMachine it;

  @BeforeEach
  void open() throws IOException {
    it = new CacheMachine(Files.createFile(folder.resolve("file")));
    it.caches.disk().model(new DiskModel(0, PAGE_NANOS));
  }

  @AfterEach
  void close() throws IOException {
    assertThat(it.machine.invariants()).isEmpty();
    it.close();
    byte[] onDisk = Files.readAllBytes(folder.resolve("file"));
    byte[] expected = new byte[onDisk.length];
    Arrays.fill(expected, (byte) 7);
    assertThat(Arrays.equals(onDisk, expected)).as("closing writes all").isTrue();
  }

  private void write(int pages) {
    byte[] block = new byte[16 * PAGE];
    Arrays.fill(block, (byte) 7);
    for (int page = 0; page < pages; page += 16) {
      assertThat(it.write(block, it.file.cache().bytes())).isEqualTo(block.length);
    }
  }

  /** 1,024 at the set point, 2,048 at freerun, 0 at the limit; the cube between. */
  @Test
  void positionRatio() {
    write(16);
    assertThat(DirtyThrottle.positionRatio(1500, 1000, 2000)).isEqualTo(1024);
    assertThat(DirtyThrottle.positionRatio(1000, 1000, 2000)).isBetween(2000L, 2048L);
    assertThat(DirtyThrottle.positionRatio(1750, 1000, 2000)).isBetween(890L, 900L);
    assertThat(DirtyThrottle.positionRatio(2000, 1000, 2000)).isZero();
    assertThat(DirtyThrottle.positionRatio(9999, 1000, 2000)).isZero();
  }

  /** A flusher with a thread sleeps until there is room: 1,024 pages are on their way. */
  @Test
  void aFullQueueIsNothingToDo() {
    it.machine.memory().dirtySettings().set("dirty_ratio", 100, PAGE);
    it.machine.memory().dirtySettings().set("dirty_background_ratio", 99, PAGE);
    write(1_200);
    Flusher flusher = it.caches.flusher();
    flusher.wakeForAll();
    assertThat(flusher.idleNanos()).isZero();
    assertThat(flusher.step(it.cpu)).isTrue();
    assertThat(it.caches.disk().inFlight()).isEqualTo(1_024);
    assertThat(flusher.idleNanos()).isEqualTo(PAGE_NANOS);
  }

  @Test
  void ratiosAndBytesTakeTurns() {
    write(16);
    DirtySettings settings = new DirtySettings();
    assertThat(DirtyLimits.ofDirtyable(10_000, PAGE, settings))
        .as("819 and 409 of 4,096 parts")
        .isEqualTo(new DirtyLimits(1999, 998));
    settings.set("dirty_bytes", 100 * PAGE + 1, PAGE);
    assertThat(settings.get("dirty_ratio")).isZero();
    assertThat(DirtyLimits.ofDirtyable(10_000, PAGE, settings))
        .as("the background limit is below the other")
        .isEqualTo(new DirtyLimits(101, 50));
    settings.set("dirty_ratio", 40, PAGE);
    assertThat(settings.get("dirty_bytes")).isZero();
    assertThatThrownBy(() -> settings.set("dirty_bytes", PAGE, PAGE)).hasMessageContaining("8192");
    assertThatThrownBy(() -> settings.set("dirty_ratio", 101, PAGE)).hasMessageContaining("100");
  }

  /** Twice what memory holds: the writer ends not much before the disk, and memory suffices. */
  @Test
  void aWriterIsAsFastAsTheDiskInTheEnd() {
    write(8_192);
    long disk = 8_192 * PAGE_NANOS;
    assertThat(it.caches.clock().nanos()).isBetween(disk * 9 / 10, disk * 11 / 10);
    long dirty = it.machine.memory().stat(NodeStat.NR_DIRTY);
    assertThat(dirty).isLessThanOrEqualTo(DirtyLimits.of(it.machine.memory()).threshold());
    assertThat(it.machine.memory().events().sum(VmEvent.PGSTEAL_FILE)).isGreaterThan(4_000);
  }

  @Test
  void filesAreWrittenWhenTheyAreOld() {
    write(16);
    it.caches.flusher().runUntil(it.cpu, 29 * SECOND);
    assertThat(it.file.cache().nrDirty()).isEqualTo(16);
    it.caches.flusher().runUntil(it.cpu, 36 * SECOND);
    assertThat(it.file.cache().nrDirty() + it.file.cache().nrWriteback()).isZero();
    it.machine.memory().dirtySettings().set("dirty_writeback_centisecs", 0, PAGE);
    write(16);
    it.caches.flusher().runUntil(it.cpu, 200 * SECOND);
    assertThat(it.file.cache().nrDirty()).as("0: never").isEqualTo(16);
  }

  @Test
  void syncFileRangeWaitsWhenItShall() {
    write(32);
    assertThat(it.files.syncFileRange(it.fd, 0, 16 * PAGE, 2)).isZero();
    assertThat(it.file.cache().nrWriteback()).isEqualTo(16);
    assertThat(it.file.cache().nrDirty()).isEqualTo(16);
    assertThat(it.files.syncFileRange(it.fd, 0, 0, 4)).isZero();
    assertThat(it.file.cache().nrWriteback()).isZero();
    assertThat(it.caches.clock().nanos()).isEqualTo(16 * PAGE_NANOS);
    assertThat(it.files.syncFileRange(it.fd, 0, 0, 8)).isEqualTo(-Errno.EINVAL);
  }

  /** An error is told once to each who has the file open; who comes later knows of none. */
  @Test
  void errorsAreTold() {
    ErrSeq errors = new ErrSeq();
    long early = errors.sample();
    errors.set(Errno.ENOSPC);
    long late = errors.sample();
    assertThat(errors.check(late)).as("nobody saw it yet").isEqualTo(Errno.ENOSPC);
    assertThat(errors.check(errors.now())).isZero();
    assertThat(errors.check(early)).isEqualTo(Errno.ENOSPC);
    long after = errors.sample();
    assertThat(errors.check(after)).isZero();
    errors.set(Errno.ENOSPC);
    assertThat(errors.check(after)).as("the same again").isEqualTo(Errno.ENOSPC);
    write(16);
  }

  /** Nodes of shadows alone stay few, however much of a large file was read and is gone. */
  @Test
  void shadowsAreBounded() throws IOException {
    write(16);
    Path sparse = folder.resolve("sparse");
    try (var file = new java.io.RandomAccessFile(sparse.toFile(), "rw")) {
      file.setLength(200_000L * 64 * PAGE);
    }
    HostFile large = it.caches.open(sparse, false);
    int fd = it.process.open(large);
    it.caches.disk().model(DiskModel.INSTANT);
    it.files.fadvise(fd, 0, 0, 1);
    for (long node = 0; node < 8_000; node++) {
      assertThat(it.files.pread(fd, it.buffer, 1, node * 64 * PAGE)).isOne();
    }
    assertThat(it.caches.shadowNodes().size()).isPositive().isLessThan(2_000);
  }
}
