package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kpageflags and kpagecount: each kind of frame, and reading at an offset. */
class PageWordsTest {
  /** RAM in the first section and, apart, in the fifth: 512 to 520 MiB. */
  private static final String SPEC =
      """
      release 6.18
      contents none
      memory 0x1000-640K
      memory 1M-64M
      memory 512M-520M
      reserved 32M-33M kernel
      """;

  private static final int END = 640 << 8;
  private static final long RESERVED = 1L << 32;
  private static final long NOPAGE = 1L << 20;
  private static final long BUDDY = 1L << 10;
  private static final long HEAD = 1L << 15;
  private static final long TAIL = 1L << 16;
  private static final long SLAB = 1L << 7;
  private static final long MMAP = 1L << 11;

  private static Machine boot() {
    return Machine.boot(MachineSpecReader.read("page words", SPEC));
  }

  private static PageWords flags(Machine machine) {
    return new ProcFs(machine.memory()).words("/proc/kpageflags").orElseThrow();
  }

  private static PageWords counts(Machine machine) {
    return new ProcFs(machine.memory()).words("/proc/kpagecount").orElseThrow();
  }

  @Test
  void framesThatTheAllocatorNeverGot() {
    try (Machine machine = boot()) {
      PageWords flags = flags(machine);
      assertThat(flags.word(0)).as("hole before RAM").isEqualTo(RESERVED);
      assertThat(flags.word(0xa0)).as("hole at 640 KiB").isEqualTo(RESERVED);
      assertThat(flags.word(32 << 8)).as("reserved").isEqualTo(RESERVED);
      assertThat(flags.word(64 << 8)).as("hole behind RAM, same section").isEqualTo(RESERVED);
      assertThat(flags.word((128 << 8) - 1)).as("end of section 0").isEqualTo(RESERVED);
      assertThat(flags.word(128 << 8)).as("section without RAM").isEqualTo(NOPAGE);
      assertThat(flags.word((512 << 8) - 1)).as("section without RAM").isEqualTo(NOPAGE);
      assertThat(flags.word(520 << 8)).as("hole behind the last RAM").isEqualTo(RESERVED);
      assertThat(flags.word(END - 1)).as("end of the last section").isEqualTo(RESERVED);
      assertThat(flags.bytes()).isEqualTo(8L * END);
    }
  }

  @Test
  void freeFramesAndThoseOnPerCpuLists() {
    try (Machine machine = boot()) {
      PageWords flags = flags(machine);
      assertThat(flags.word(0x400)).as("head of an untouched block").isEqualTo(BUDDY);
      assertThat(flags.word(0x401)).as("body of an untouched block").isEqualTo(BUDDY);
      assertThat(flags.word(1)).as("block of order 0").isEqualTo(BUDDY);
      assertThat(flags.word(0x101)).as("body of a linked block").isEqualTo(BUDDY);
      Cpu cpu = machine.cpu(0);
      int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 0);
      assertThat(machine.allocator().freePages(cpu, pfn, 0)).isTrue();
      assertThat(flags.word(pfn)).as("on a per-CPU list").isZero();
      machine.allocator().drainAllPages();
      assertThat(flags.word(pfn)).as("drained").isEqualTo(BUDDY);
    }
  }

  @Test
  void allocatedFrames() {
    try (Machine machine = boot()) {
      PageWords flags = flags(machine);
      Cpu cpu = machine.cpu(0);
      int plain = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 2);
      int compound = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL | Gfp.COMP, 2);
      for (int i = 0; i < 4; i++) {
        assertThat(flags.word(plain + i)).as("plain block, frame %d", i).isZero();
        assertThat(flags.word(compound + i)).as("frame %d", i).isEqualTo(i == 0 ? HEAD : TAIL);
      }
      machine.memory().map().setFlags(compound, PageState.SLAB);
      assertThat(flags.word(compound)).isEqualTo(HEAD | SLAB);
      assertThat(flags.word(compound + 3)).isEqualTo(TAIL | SLAB);
      machine.memory().map().setFlags(plain, PageState.SWAPCACHE | PageState.DIRTY);
      assertThat(flags.word(plain)).as("swap-cached, not swap-backed").isEqualTo(1L << 4);
      machine.memory().map().setFlags(plain, PageState.SWAPBACKED);
      assertThat(flags.word(plain)).isEqualTo(1L << 4 | 1L << 13 | 1L << 14);
    }
  }

  @Test
  void mappedFramesAreCounted() {
    try (Machine machine = boot()) {
      PageWords flags = flags(machine);
      PageWords counts = counts(machine);
      Cpu cpu = machine.cpu(0);
      int plain = machine.allocator().allocPages(cpu, Gfp.GFP_USER, 1);
      int compound = machine.allocator().allocPages(cpu, Gfp.GFP_USER | Gfp.COMP, 1);
      machine.memory().map().mapcount(plain + 1, 0x0102_0304);
      machine.memory().map().mapcount(compound + 1, 2);
      assertThat(flags.word(plain)).isZero();
      assertThat(flags.word(plain + 1)).as("only this frame").isEqualTo(MMAP);
      assertThat(flags.word(compound)).as("something maps the block").isEqualTo(HEAD | MMAP);
      assertThat(flags.word(compound + 1)).isEqualTo(TAIL | MMAP);
      assertThat(counts.word(compound)).isZero();
      assertThat(counts.word(compound + 1)).isEqualTo(2);
      assertThat(counts.word(0)).isZero();
      assertThat(counts.word(200 << 8)).isZero();
      byte[] bytes = new byte[16];
      assertThat(counts.read(8L * plain, bytes)).isEqualTo(16);
      assertThat(HexFormat.of().formatHex(bytes))
          .isEqualTo("0000000000000000" + "0403020100000000");
    }
  }

  @Test
  void readsWholeWordsUpToTheEnd() {
    try (Machine machine = boot()) {
      PageWords flags = flags(machine);
      byte[] bytes = new byte[24];
      assertThat(flags.read(8L * ((128 << 8) - 1), bytes)).isEqualTo(24);
      assertThat(HexFormat.of().formatHex(bytes))
          .isEqualTo("0000000001000000" + "0000100000000000" + "0000100000000000");
      assertThat(flags.read(8L * (END - 1), bytes)).isEqualTo(8);
      assertThat(flags.read(8L * END, bytes)).isZero();
      assertThat(flags.read(Long.MAX_VALUE - 7, bytes)).isZero();
      for (long offset : new long[] {-8, 1, 7, 12}) {
        assertThatThrownBy(() -> flags.read(offset, bytes))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("offset " + offset + " and length 24");
      }
      assertThatThrownBy(() -> flags.read(0, new byte[9])).hasMessageContaining("length 9");
      assertThatThrownBy(() -> flags.word(END)).hasMessageContaining("frame " + END);
      assertThatThrownBy(() -> flags.word(-1)).hasMessageContaining("frame -1");
    }
  }

  @Test
  void theWholeFileIsItsPieces() throws IOException {
    try (Machine machine = boot()) {
      PageWords flags = flags(machine);
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      flags.write(whole);
      byte[] piece = new byte[(int) flags.bytes()];
      assertThat(flags.read(0, piece)).isEqualTo(piece.length);
      assertThat(whole.toByteArray()).isEqualTo(piece);
    }
  }

  /** A file of 2 GiB is read at its end without what is before it. */
  @Test
  void aTerabyteMachineIsReadAtItsEnd() {
    try (Machine machine = Machine.boot(Presets.get("huge"))) {
      PageWords flags = flags(machine);
      byte[] bytes = new byte[16];
      assertThat(flags.bytes()).isGreaterThan(Integer.MAX_VALUE);
      assertThat(flags.read(flags.bytes() - 8, bytes)).isEqualTo(8);
      assertThat(HexFormat.of().formatHex(bytes, 0, 8)).isEqualTo("0004000000000000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "course", "x86-32"})
  void flagsAddUp(String preset) {
    try (Machine machine = Machine.boot(Presets.get(preset))) {
      for (int i = 0; i < 100; i++) {
        int pfn = machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_NOWAIT, i % 3);
        assertThat(pfn != Pfn.NONE || preset.equals("tiny")).isTrue();
      }
      PageWords flags = flags(machine);
      long free = 0;
      long reserved = 0;
      for (int pfn = 0; pfn < flags.bytes() / 8; pfn++) {
        long word = flags.word(pfn);
        free += word == BUDDY ? 1 : 0;
        boolean isRam = pfn < machine.memory().map().endPfn() && isRam(machine, pfn);
        reserved += word == RESERVED && isRam ? 1 : 0;
        assertThat(word == RESERVED || word == NOPAGE || isRam).as("frame %d", pfn).isTrue();
      }
      assertThat(free).isEqualTo(sum(machine, Zone::freePages));
      assertThat(reserved).isEqualTo(sum(machine, zone -> zone.present() - zone.managed()));
    }
  }

  private static boolean isRam(Machine machine, int pfn) {
    Zone zone = machine.memory().zoneOf(pfn);
    return zone != null && zone.presentRanges().contains(pfn);
  }

  private static long sum(Machine machine, java.util.function.ToLongFunction<Zone> what) {
    return machine.memory().zones().stream().mapToLong(what).sum();
  }
}
