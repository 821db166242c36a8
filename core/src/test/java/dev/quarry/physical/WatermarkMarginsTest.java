package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.ZoneType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The test of watermarks by release, against zones in logs of real kernels: a zone with one free
 * page more than what it lacks passes, and with that page less it does not.
 */
class WatermarkMarginsTest {
  private static Machine machine;
  private static Zone zone;

  /** A zone of a log, in pages. */
  record LogZone(
      KernelRelease release,
      String mask,
      int order,
      List<ZoneType> types,
      ZoneType first,
      long free,
      long min,
      long reservedHighatomic,
      long freeHighatomic,
      long freeCma,
      long[] reserves,
      long margin) {
    static LogZone of(String line) {
      String[] w = line.split(" ");
      return new LogZone(
          KernelRelease.parse(w[0]),
          w[1],
          Integer.parseInt(w[2]),
          Arrays.stream(w[3].split(",")).map(ZoneType::valueOf).toList(),
          ZoneType.valueOf(w[4]),
          Long.parseLong(w[5]),
          Long.parseLong(w[6]),
          Long.parseLong(w[7]),
          Long.parseLong(w[8]),
          Long.parseLong(w[9]),
          Arrays.stream(w[10].split(",")).mapToLong(Long::parseLong).toArray(),
          Long.parseLong(w[11]));
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%s %s order %d free %d margin %d", release, mask, order, free, margin);
    }
  }

  @BeforeAll
  static void boot() {
    machine = Machine.boot(TestMachines.recorded());
    zone = machine.memory().zones().get(2);
  }

  @AfterAll
  static void close() {
    machine.close();
  }

  static Stream<LogZone> zones() {
    try (InputStream in =
        Objects.requireNonNull(WatermarkMarginsTest.class.getResourceAsStream("log-margins.txt"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(LogZone::of);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("zones")
  void zonesPassFromTheLastPageOn(LogZone log) {
    AllocRules rules = AllocRules.of(log.release);
    Watermark watermark = new Watermark(rules, 10);
    int gfp = GfpVocabulary.of(log.release).parse(log.mask);
    int flags = rules.allocFlags(gfp, log.order);
    int highest = Gfp.zoneIndexTable(log.types)[gfp & Gfp.ZONE_MASK];
    int index = rules.reserveByHighestZone() ? highest : log.types.indexOf(log.first);
    zone.watermark[Zone.MIN] = log.min;
    zone.watermarkBoost = 0;
    zone.reservedHighatomic = log.reservedHighatomic;
    zone.freeHighatomic = log.freeHighatomic;
    zone.freeCma = log.freeCma;
    System.arraycopy(log.reserves, 0, zone.lowmemReserve, 0, log.reserves.length);
    Arrays.fill(zone.nonEmptyOrders, 0);
    zone.nonEmptyOrders[MigrateType.UNMOVABLE] = 1 << 10;

    zone.freePages = log.free - log.margin + 1;
    assertThat(watermark.fast(zone, log.order, Zone.MIN, index, flags)).isTrue();
    zone.freePages = log.free - log.margin;
    assertThat(watermark.fast(zone, log.order, Zone.MIN, index, flags)).isFalse();
    zone.nonEmptyOrders[MigrateType.UNMOVABLE] = log.order == 0 ? 0 : 1 << (log.order - 1);
    zone.freePages = log.free - log.margin + 1;
    assertThat(watermark.fast(zone, log.order, Zone.MIN, index, flags)).isEqualTo(log.order == 0);
  }
}
