package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Gfp;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each file of a machine like the recorded one must have the recorded file's lines, byte by byte
 * but for the numbers: names, order, blanks, and the columns in which numbers end.
 */
class ShapeTest {
  private static final Pattern IN_COLUMN = Pattern.compile(" +\\d+");
  private static final Pattern NUMBER = Pattern.compile("(?<![A-Za-z_0-9])\\d+");
  private static Machine machine;
  private static ProcFs files;

  @BeforeAll
  static void boot() {
    machine = Machine.boot(Recorded.machine());
    files = new ProcFs(machine.memory());
    for (int i = 0; i < 5_000; i++) {
      machine.allocator().allocPages(machine.cpu(i & 1), Gfp.GFP_KERNEL, i % 4);
    }
  }

  @AfterAll
  static void close() {
    machine.close();
  }

  private static List<String> masked(String text, Pattern number) {
    return text.lines()
        .map(line -> number.matcher(line).replaceAll(hit -> "#".repeat(width(hit.group(), number))))
        .toList();
  }

  private static int width(String number, Pattern pattern) {
    return pattern == IN_COLUMN ? number.length() : 1;
  }

  @ParameterizedTest
  @CsvSource({
    "buddyinfo, /proc/buddyinfo",
    "pagetypeinfo, /proc/pagetypeinfo",
    "meminfo, /proc/meminfo",
    "node0/meminfo, /sys/devices/system/node/node0/meminfo",
  })
  void numbersEndInTheSameColumns(String recorded, String path) {
    String text = files.read(path).orElseThrow();
    assertThat(masked(text, IN_COLUMN)).isEqualTo(masked(Recorded.text(recorded), IN_COLUMN));
    assertThat(text).endsWith("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "zoneinfo, /proc/zoneinfo",
    "vmstat, /proc/vmstat",
    "stat, /proc/stat",
    "node0/vmstat, /sys/devices/system/node/node0/vmstat",
    "node0/numastat, /sys/devices/system/node/node0/numastat",
  })
  void linesAreTheSameButForTheirNumbers(String recorded, String path) {
    String text = files.read(path).orElseThrow();
    assertThat(masked(text, NUMBER)).isEqualTo(masked(Recorded.text(recorded), NUMBER));
    assertThat(text).endsWith("\n");
  }

  /** What is decided by the machine alone is the same to the last byte. */
  @ParameterizedTest
  @CsvSource({
    "node0/cpulist, /sys/devices/system/node/node0/cpulist",
    "node0/cpumap, /sys/devices/system/node/node0/cpumap",
    "node0/distance, /sys/devices/system/node/node0/distance",
    "online, /sys/devices/system/node/online",
    "possible, /sys/devices/system/node/possible",
    "has_cpu, /sys/devices/system/node/has_cpu",
    "has_memory, /sys/devices/system/node/has_memory",
    "has_normal_memory, /sys/devices/system/node/has_normal_memory",
    "has_generic_initiator, /sys/devices/system/node/has_generic_initiator",
    "vm/min_free_kbytes, /proc/sys/vm/min_free_kbytes",
    "vm/lowmem_reserve_ratio, /proc/sys/vm/lowmem_reserve_ratio",
    "vm/watermark_scale_factor, /proc/sys/vm/watermark_scale_factor",
    "vm/watermark_boost_factor, /proc/sys/vm/watermark_boost_factor",
    "vm/percpu_pagelist_high_fraction, /proc/sys/vm/percpu_pagelist_high_fraction",
  })
  void settingsAreTheSame(String recorded, String path) {
    assertThat(files.read(path)).contains(Recorded.text(recorded));
  }

  @Test
  void resourcesAreNestedAsTheKernelNestsThem() {
    assertThat(files.read("/proc/iomem"))
        .contains(
            """
            00001000-0009efff : System RAM
              00001000-0009efff : low
            00100000-bfffffff : System RAM
              01000000-034cafff : kernel
            100000000-63fffffff : System RAM
              100000000-11b0a5fff : mem_map
            """);
    // The recorded kernel's RAM ends inside of frame 0x9f; the rest is the same.
    assertThat(Recorded.lines("iomem"))
        .contains(
            "00100000-bfffffff : System RAM",
            "  01000000-0220bb07 : Kernel code",
            "100000000-63fffffff : System RAM");
  }
}
