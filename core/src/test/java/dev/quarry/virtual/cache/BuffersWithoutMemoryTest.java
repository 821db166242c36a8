package dev.quarry.virtual.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.FaultInjection;
import dev.quarry.machine.FaultSite;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages that are to have buffers when there is no memory for them. */
class BuffersWithoutMemoryTest {
  private static final int PAGE = CacheMachine.PAGE;

  @TempDir Path folder;

  /** A write that fails is not seen by those that read, neither now nor later. */
  @Test
  void whatIsNotWrittenIsNotRead() throws IOException {
    byte[] nines = new byte[PAGE];
    Arrays.fill(nines, (byte) 9);
    try (CacheMachine it = new CacheMachine(CacheMachine.file(folder, 2))) {
      FaultInjection faults = it.machine.memory().faults();
      it.store(it.buffer, nines);
      faults.arm(FaultSite.SLAB, 1, 1);
      assertThat(it.files.pwrite(it.fd, it.buffer, PAGE, PAGE)).isEqualTo(-Errno.ENOMEM);
      assertThat(faults.injected(FaultSite.SLAB)).isEqualTo(1);
      faults.disarm(FaultSite.SLAB);
      assertThat(it.read(PAGE, PAGE)).containsOnly(3);
      assertThat(it.machine.invariants()).isEmpty();
    }
  }

  /** Room for the buffers of a mapped page is made by taking that page itself away. */
  @Test
  void aPageIsTakenAwayForItsBuffers() throws IOException {
    Path path = CacheMachine.file(folder, 32);
    try (CacheMachine it = new CacheMachine(path)) {
      long at = it.map(32);
      for (int page = 0; page < 32; page++) {
        assertThat(it.process.load(it.cpu, at + page * PAGE, 1)).isEqualTo(3);
      }
      it.caches.lru().drain(it.cpu);
      assertThat(it.calls.madvise(at, 32 * PAGE, Advice.COLD.number())).isZero();
      PageAllocator allocator = it.machine.allocator();
      List<Integer> taken = new ArrayList<>();
      for (int pfn = 0; pfn != Pfn.NONE; ) {
        pfn = allocator.allocPage(it.cpu, Gfp.GFP_NOWAIT);
        taken.add(pfn);
      }
      it.process.store(it.cpu, at + PAGE, 1, 7);
      for (int pfn : taken) {
        if (pfn != Pfn.NONE) {
          allocator.freePage(it.cpu, pfn);
        }
      }
      assertThat(it.machine.invariants()).isEmpty();
      assertThat(it.read(PAGE, 1)).containsExactly(7);
      assertThat(it.files.fsync(it.fd)).isZero();
    }
    assertThat(Files.readAllBytes(path)[PAGE]).isEqualTo((byte) 7);
  }
}
