package dev.quarry.virtual.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.FileCalls;
import dev.quarry.machine.FaultSite;
import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file against an array of bytes, whatever is done to it, and on the host's disk afterwards. */
class FileModelTest {
  private static final int PAGE = CacheMachine.PAGE;
  private static final int MOST_PAGES = 96;
  private static final int STEPS = 1200;

  @TempDir Path folder;

  private final byte[] model = new byte[MOST_PAGES * PAGE];
  private int size;

  private byte[] random(SplittableRandom random, int most) {
    byte[] bytes = new byte[1 + random.nextInt(Math.max(1, most))];
    random.nextBytes(bytes);
    return bytes;
  }

  private void put(byte[] bytes, int at) {
    System.arraycopy(bytes, 0, model, at, bytes.length);
    size = Math.max(size, at + bytes.length);
  }

  private void step(CacheMachine it, long mapped, SplittableRandom random, int kind) {
    int at = random.nextInt(size + 1);
    switch (kind) {
      case 0, 1, 2 -> {
        int place = random.nextInt(Math.min(size + 2 * PAGE, model.length - 1));
        int most = Math.min(model.length - place, random.nextBoolean() ? 100 : 5 * PAGE);
        byte[] bytes = random(random, most);
        assertThat(it.write(bytes, place)).isEqualTo(bytes.length);
        put(bytes, place);
      }
      case 3, 4 -> {
        int length = 1 + random.nextInt(6 * PAGE);
        byte[] expected = Arrays.copyOfRange(model, at, Math.min(size, at + length));
        assertThat(it.read(at, length)).isEqualTo(expected);
      }
      case 5, 6 -> {
        byte[] bytes = random(random, Math.min(2 * PAGE, size - at));
        if (at + bytes.length <= size) {
          it.store(mapped + at, bytes);
          put(bytes, at);
        }
      }
      case 7 -> {
        int length = Math.min(size - at, 3 * PAGE);
        byte[] expected = Arrays.copyOfRange(model, at, at + length);
        assertThat(it.load(mapped + at, length)).isEqualTo(expected);
      }
      case 8 -> {
        assertThat(it.calls.ftruncate(it.fd, at)).isZero();
        Arrays.fill(model, at, model.length, (byte) 0);
        size = at;
      }
      case 9 -> it.caches.drop(it.cpu);
      case 10 -> assertThat(it.calls.msync(mapped, (long) MOST_PAGES * PAGE, 4)).isZero();
      case 11 -> it.caches.flusher().step(it.cpu);
      case 12 -> it.caches.flusher().wakeForAll();
      case 13 -> it.caches.clock().advanceTo(it.caches.clock().nanos() + 5_000_000_000L);
      case 14 -> it.files.syncFileRange(it.fd, at, PAGE, 2);
      case 15 -> punch(it, random);
      case 16 -> it.calls.madvise(mapped, (long) MOST_PAGES * PAGE, 21); // MADV_PAGEOUT
      default -> it.files.fadvise(it.fd, at, PAGE, random.nextInt(6));
    }
  }

  private void punch(CacheMachine it, SplittableRandom random) {
    int from = random.nextInt(size / PAGE + 1) * PAGE;
    int mode = FileCalls.FALLOC_FL_PUNCH_HOLE | FileCalls.FALLOC_FL_KEEP_SIZE;
    assertThat(it.files.fallocate(it.fd, mode, from, 2 * PAGE)).isZero();
    Arrays.fill(model, from, Math.min(model.length, from + 2 * PAGE), (byte) 0);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 40000", "4, 2000000", "5, 40000"})
  void contentsAreThoseOfTheModel(long seed, long pageNanos) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Path path = Files.createFile(folder.resolve("file"));
    try (CacheMachine it = new CacheMachine(path)) {
      it.caches.disk().model(new DiskModel(pageNanos, pageNanos));
      it.machine.memory().dirtySettings().set("dirty_bytes", 32 * PAGE, PAGE);
      it.machine.memory().dirtySettings().set("dirty_background_bytes", 16 * PAGE, PAGE);
      long mapped = it.map(MOST_PAGES);
      for (int step = 0; step < STEPS; step++) {
        int kind = random.nextInt(18);
        try {
          step(it, mapped, random, kind);
        } catch (AssertionError e) {
          throw new AssertionError("seed " + seed + " step " + step + " kind " + kind, e);
        }
        if (step % 100 == 0) {
          assertThat(it.machine.invariants()).as("seed %d step %d", seed, step).isEmpty();
        }
      }
      assertThat(it.files.fsync(it.fd)).isZero();
      assertThat(it.file.cache().nrDirty() + it.file.cache().nrWriteback()).isZero();
      assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(model, size));
    }
  }

  /**
   * Four pages of a file are written, each request fails once: only its page is late or missing.
   */
  @ParameterizedTest
  @CsvSource({
    "READ, 1",
    "READ, 2",
    "READ, 3",
    "READ, 4",
    "READ, 5",
    "WRITE, 1",
    "WRITE, 2",
    "WRITE, 3",
    "WRITE, 4",
    "WRITE, 5"
  })
  void eachRequestFailsOnce(FaultSite site, int failing) throws IOException {
    byte[] before = new byte[4 * PAGE];
    Arrays.fill(before, (byte) 1);
    Path path = Files.write(folder.resolve("file"), before);
    try (CacheMachine it = new CacheMachine(path)) {
      HostFile second = it.caches.open(path, true);
      int other = it.process.open(second);
      it.machine.memory().faults().arm(site, failing, 1);
      put(before, 0);
      int lost = 0;
      for (int page = 0; page < 4; page++) {
        byte[] bytes = new byte[PAGE / 2];
        Arrays.fill(bytes, (byte) (page + 2));
        long done = it.write(bytes, (long) page * PAGE + 100);
        assertThat(done).isIn((long) bytes.length, (long) -Errno.EIO);
        if (done > 0) {
          put(bytes, page * PAGE + 100);
        } else {
          lost++;
        }
      }
      long first = it.files.fsync(it.fd);
      assertThat(first).as("lost %d", lost).isIn(0L, (long) -Errno.EIO);
      assertThat(it.files.fsync(it.fd)).as("told once").isZero();
      assertThat(it.files.fsync(other)).as("and to each opener").isEqualTo(first);
      assertThat(it.files.fsync(other)).isZero();
      assertThat(lost == 0 || first == 0).isTrue();
      assertThat(it.machine.invariants()).isEmpty();
      it.caches.drop(it.cpu);
      it.machine.memory().faults().disarm(site);
      assertThat(it.read(0, 4 * PAGE)).isEqualTo(Arrays.copyOf(model, size));
      assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(model, size));
    }
  }
}
