package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Marks, reserves and the limits of per-CPU lists against real kernels: the zoneinfo of the machine
 * that was recorded, and that of the kernel on which the test runs.
 */
class ZoneInfoTest {
  private static final Path PROC_VM = Path.of("/proc/sys/vm");
  private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  private static ZoneInfoText recorded() throws IOException {
    try (InputStream in = ZoneInfoTest.class.getResourceAsStream("zoneinfo-6.18.txt")) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      return new ZoneInfoText(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  @Test
  void theRecordedMachineHasTheKernelsNumbers() throws IOException {
    ZoneInfoText text = recorded();
    try (Machine machine = Machine.boot(text.spec(List.of("khugepaged yes")))) {
      // Two pageblocks for each zone and nine for its mixes of types: 512 × 3 × (2 + 9) pages.
      assertThat(machine.memory().minFreeKbytes()).isEqualTo(67_584);
      expectSame(machine, text);
    }
  }

  @Test
  void withoutKhugepagedMinFreeFollowsTheSquareRoot() throws IOException {
    ZoneInfoText text = recorded();
    long managed = text.zones().stream().mapToLong(zone -> zone.get("managed")).sum();
    try (Machine machine = Machine.boot(text.spec(List.of()))) {
      long kbytes = machine.memory().minFreeKbytes();
      assertThat(kbytes * kbytes).isLessThanOrEqualTo(managed * 4 * 16);
      assertThat((kbytes + 1) * (kbytes + 1)).isGreaterThan(managed * 4 * 16);
    }
  }

  /** Each number that the text has and that follows from a formula. */
  private static void expectSame(Machine machine, ZoneInfoText text) {
    for (int i = 0; i < text.zones().size(); i++) {
      ZoneInfoText.ZoneText expected = text.zones().get(i);
      Zone zone = machine.memory().zones().get(i);
      long boost = expected.numbers().getOrDefault("boost", 0L);
      assertThat(zone.label()).isEqualTo(expected.type());
      expect(zone, "min", zone.unboostedMark(Zone.MIN), expected.get("min") - boost);
      expect(zone, "low", zone.unboostedMark(Zone.LOW), expected.get("low") - boost);
      expect(zone, "high", zone.unboostedMark(Zone.HIGH), expected.get("high") - boost);
      Long promo = expected.numbers().get("promo");
      if (promo != null) {
        expect(zone, "promo", zone.unboostedMark(Zone.PROMO), promo - boost);
      }
      expect(zone, "present", zone.present(), expected.get("present"));
      expect(zone, "managed", zone.managed(), expected.get("managed"));
      for (int above = 0; above < expected.protection().size(); above++) {
        expect(zone, "protection", zone.lowmemReserve(above), expected.protection().get(above));
      }
      expected.cpus().forEach((cpu, lists) -> expectSame(zone, zone.pcp(cpu), lists));
    }
  }

  private static void expectSame(Zone zone, PerCpuPages pcp, Map<String, Long> lists) {
    expect(zone, "batch", pcp.batch(), lists.getOrDefault("batch", -1L));
    if (lists.containsKey("high_min")) { // since 6.7
      expect(zone, "high_min", pcp.highMin(), lists.getOrDefault("high_min", -1L));
      expect(zone, "high_max", pcp.highMax(), lists.getOrDefault("high_max", -1L));
    }
  }

  private static void expect(Zone zone, String what, long value, long kernels) {
    assertThat(value).as("%s of %s", what, zone).isEqualTo(kernels);
  }

  @Test
  void theMachineThatRunsThisTestHasItsKernelsNumbers() throws IOException {
    assumed(Files.isReadable(Path.of("/proc/zoneinfo")), "there is no /proc/zoneinfo to read");
    ZoneInfoText text = new ZoneInfoText(read(Path.of("/proc/zoneinfo")));
    expectUsualLayout(text);
    List<String> settings = sysctls();
    long kbytes = number("min_free_kbytes");
    MachineSpec bySelf = text.spec(settings);
    try (Machine machine = Machine.boot(bySelf)) {
      if (machine.memory().minFreeKbytes() != kbytes) {
        print("min_free_kbytes " + kbytes + " was set by hand; taken as it is");
        settings.add("sysctl vm.min_free_kbytes=" + kbytes);
        settings.remove("khugepaged yes");
      }
    }
    try (Machine machine = Machine.boot(text.spec(settings))) {
      assumed(
          managedIsThatOfTheMarks(machine, text), "managed has changed since the marks were set");
      expectSame(machine, text);
    }
  }

  private static void expectUsualLayout(ZoneInfoText text) {
    List<String> usual = List.of("DMA", "DMA32", "Normal", "Movable", "Device");
    List<String> types = text.zones().stream().map(ZoneInfoText.ZoneText::type).toList();
    assumed(types.equals(usual), "the zones are not those of one x86-64 node: " + types);
    for (ZoneInfoText.ZoneText zone : text.zones()) {
      boolean carved = zone.type().equals("Movable") || zone.type().equals("Device");
      assumed(!carved || zone.get("present") == 0, "zone " + zone.type() + " has memory");
      boolean empty = !carved && zone.get("present") == 0;
      assumed(!empty, "zone " + zone.type() + " has no memory");
    }
    endsAt(text.zones().get(0), 16L << 8);
    endsAt(text.zones().get(1), 4L << 18);
  }

  /** On x86-64 DMA ends at 16 MiB and DMA32 at 4 GiB; other architectures cut elsewhere. */
  private static void endsAt(ZoneInfoText.ZoneText zone, long most) {
    long end = zone.get("start_pfn") + zone.get("spanned");
    assumed(end <= most, "zone " + zone.type() + " ends at frame " + end + ", not at " + most);
  }

  /** Of these releases some keep nothing back for empty zones, and their stable ones do again. */
  private static void expectUsualReserves(String release) {
    KernelRelease kernel = KernelRelease.parse(release);
    boolean unusual = kernel.isAtLeast(6, 10) && !kernel.isAtLeast(6, 14);
    assumed(!unusual, "kernel " + release + " may reserve nothing for empty zones");
  }

  private static List<String> sysctls() throws IOException {
    List<String> settings = new ArrayList<>();
    String release = read(Path.of("/proc/sys/kernel/osrelease"));
    expectUsualReserves(release);
    settings.add("release " + release);
    for (String name :
        List.of(
            "watermark_scale_factor", "watermark_boost_factor", "percpu_pagelist_high_fraction")) {
      settings.add("sysctl vm." + name + "=" + number(name));
    }
    String ratios = read(PROC_VM.resolve("lowmem_reserve_ratio"));
    settings.add("sysctl vm.lowmem_reserve_ratio=" + ratios.replaceAll("\\s+", ","));
    if (Files.isReadable(THP) && !read(THP).contains("[never]")) {
      settings.add("khugepaged yes");
    }
    return settings;
  }

  /** A file of proc, which must be read at one go: a second read begins behind the value. */
  private static String read(Path file) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      return String.join("\n", in.lines().toList()).strip();
    }
  }

  private static long number(String name) throws IOException {
    return Long.parseLong(read(PROC_VM.resolve(name)));
  }

  /**
   * A balloon, hotplug, or the end of boot change the pages of a zone, and not all of them compute
   * its marks again. The upper limit of the per-CPU lists follows from the pages alone and is set
   * together with the marks, so it tells.
   */
  private static boolean managedIsThatOfTheMarks(Machine machine, ZoneInfoText text) {
    for (int i = 0; i < text.zones().size(); i++) {
      Zone zone = machine.memory().zones().get(i);
      for (Map<String, Long> lists : text.zones().get(i).cpus().values()) {
        Long most = lists.get("high_max");
        if (most == null || most != zone.pcp(0).highMax()) {
          return false;
        }
      }
    }
    return true;
  }

  private static void print(String text) {
    System.out.println("ZoneInfoTest: " + text);
  }

  private static void assumed(boolean holds, String otherwise) {
    if (!holds) {
      print("skipped: " + otherwise);
    }
    assumeTrue(holds, otherwise);
  }
}
