package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpecReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Marks, reserves and per-CPU limits that kernels computed otherwise than 6.18. */
class SetupByReleaseTest {
  private static Machine boot(String release, String... lines) {
    String spec = "release " + release + "\n" + String.join("\n", lines);
    return Machine.boot(MachineSpecReader.read("test", spec));
  }

  /**
   * The shapes in logs of a 32-bit machine: {@code 0 873 4048 4048} of 2.6.24, {@code 0 824 1947
   * 824} and {@code 0 0 8980 0} of 5.8; and of empty zones in 6.10: {@code 0 1845 3179 0 0}.
   */
  @ParameterizedTest
  @CsvSource({
    "2.6.24, N NH NH, H H",
    "5.7, N NH NH, H H",
    "5.8, N NH N, H 0",
    "5.10, N NH N, H 0",
    "5.11, N NH NH, H H",
    "6.9, N NH NH, H H",
    "6.10, N NH 0, H 0",
    "6.13, N NH 0, H 0",
    "6.14, N NH NH, H H",
    "6.18, N NH NH, H H",
  })
  void lowmemReserve(String release, String dma, String normal) {
    try (Machine machine =
        boot(
            release,
            "memory 0-2G",
            "zone DMA below=16M",
            "zone Normal below=896M",
            "zone HighMem",
            "zone Movable",
            "sysctl vm.lowmem_reserve_ratio=256,32,0,0")) {
      long n = machine.memory().zones().get(1).managed();
      long h = machine.memory().zones().get(2).managed();
      expectReserves(machine.memory().zones().get(0), 1, dma, 256, n, h);
      expectReserves(machine.memory().zones().get(1), 2, normal, 32, n, h);
    }
  }

  private static void expectReserves(
      Zone zone, int from, String reserves, int ratio, long n, long h) {
    String[] expected = reserves.split(" ");
    for (int i = 0; i < expected.length; i++) {
      long pages = (expected[i].contains("N") ? n : 0) + (expected[i].contains("H") ? h : 0);
      assertThat(zone.lowmemReserve(from + i)).as("%s, %d", zone, i).isEqualTo(pages / ratio);
    }
  }

  @ParameterizedTest
  @CsvSource({"4.16, 262144", "4.17, 0", "6.18, 0"})
  void aRatioOfZeroWasTakenForOne(String release, long pages) {
    try (Machine machine =
        boot(
            release,
            "memory 0-64M",
            "memory 4G-5G",
            "zone DMA32 below=4G",
            "zone Normal",
            "sysctl vm.lowmem_reserve_ratio=0,0")) {
      assertThat(machine.memory().zones().get(0).lowmemReserve(1)).isEqualTo(pages);
    }
  }

  /** 4 MiB of min_free_kbytes over 64 MiB Normal and 192 MiB Movable. */
  @ParameterizedTest
  @CsvSource({"2.6.32, 256, 768", "6.5, 256, 768", "6.6, 1024, 48", "6.18, 1024, 48"})
  void theMinMarkOfMovable(String release, long normal, long movable) {
    try (Machine machine =
        boot(
            release,
            "memory 0-256M",
            "zone Normal",
            "zone Movable",
            "movablecore 192M",
            "sysctl vm.min_free_kbytes=4096")) {
      assertThat(machine.memory().zones().get(0).mark(Zone.MIN)).isEqualTo(normal);
      assertThat(machine.memory().zones().get(1).mark(Zone.MIN)).isEqualTo(movable);
    }
  }

  /** 1 GiB of one zone and two CPUs: batch, and high of a list. */
  @ParameterizedTest
  @CsvSource({
    "2.6.18, 0, 31, 186",
    "4.18, 0, 31, 186",
    "4.19, 0, 63, 378",
    "5.13, 0, 63, 378",
    // A fraction of the zone was each CPU's, with a batch of a quarter, at most 96.
    "5.13, 8, 96, 32768",
    "5.13, 2048, 32, 128",
    "5.14, 8, 63, 16384",
  })
  void perCpuLimits(String release, int fraction, int batch, int high) {
    try (Machine machine =
        boot(
            release,
            "memory 0-1G",
            "cpus 0-1",
            "zone Normal",
            "sysctl vm.min_free_kbytes=4096",
            "sysctl vm.percpu_pagelist_high_fraction=" + fraction)) {
      PerCpuPages pcp = machine.memory().zones().getFirst().pcp(1);
      assertThat(pcp.batch()).isEqualTo(batch);
      assertThat(pcp.highMin()).isEqualTo(high);
      assertThat(pcp.highMax()).isEqualTo(high);
    }
  }

  /** Up to 5.13 a drain takes a batch; up to 6.6 each drain twice the one before. */
  @ParameterizedTest
  @CsvSource({"5.13, 63 63 63 63 63", "5.14, 63 126 252 441 441", "6.6, 63 126 252 441 441"})
  void drainsOfARunOfFrees(String release, String drains) {
    PcpTuning tuning = new PcpTuning(AllocRules.of(KernelRelease.parse(release)));
    tuning.limits(504, 504, 63);
    for (String pages : drains.split(" ")) {
      tuning.freeing(0, 504);
      assertThat(tuning.highNow(504, false, false, false)).isEqualTo(504);
      assertThat(tuning.drainPages(504, 504, false)).isEqualTo(Integer.parseInt(pages));
    }
    assertThat(tuning.refillBlocks(0, 0, false)).isEqualTo(63);
    assertThat(tuning.highNow(504, false, true, false))
        .isEqualTo(release.equals("5.13") ? 504 : 252);
  }
}
