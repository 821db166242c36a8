package dev.quarry.replay.snapshot;

import java.util.List;

/** Holds the numbers of {@code zoneinfo} against each other. */
final class ZoneChecks {
  private ZoneChecks() {}

  static void check(ZoneInfo zoneInfo, Findings findings) {
    for (ZoneInfo.Zone zone : zoneInfo.zones()) {
      sizes(zone, findings);
    }
    List<ZoneInfo.Zone> populated = zoneInfo.populated();
    if (populated.isEmpty()) {
      findings.fatal(zoneInfo.zones().getFirst().place(), "no zone has a page");
    }
    for (int i = 0; i < populated.size(); i++) {
      for (int j = 0; j < i; j++) {
        overlap(populated.get(j), populated.get(i), findings);
      }
    }
  }

  private static void sizes(ZoneInfo.Zone zone, Findings findings) {
    ZoneInfo.Size size = zone.size();
    if (size.present() > size.spanned()) {
      findings.fatal(
          zone.place(),
          zone.id() + " has " + size.present() + " pages present and spans " + size.spanned());
    }
    if (size.managed() > size.present()) {
      findings.fatal(
          zone.place(),
          zone.id() + " manages " + size.managed() + " pages of " + size.present() + " present");
    }
    if (zone.free() > size.managed()) {
      findings.note(
          zone.place(),
          zone.id() + " has " + zone.free() + " pages free and manages " + size.managed());
    }
    ZoneInfo.Watermarks marks = zone.watermarks();
    if (marks.min() > marks.low() || marks.low() > marks.high()) {
      findings.note(
          zone.place(),
          zone.id()
              + " has watermarks that do not rise: min "
              + marks.min()
              + ", low "
              + marks.low()
              + ", high "
              + marks.high());
    }
  }

  private static void overlap(ZoneInfo.Zone one, ZoneInfo.Zone other, Findings findings) {
    if (one.startPfn() < other.endPfn() && other.startPfn() < one.endPfn()) {
      findings.fatal(
          other.place(),
          other.id()
              + " begins at frame "
              + other.startPfn()
              + " and overlaps "
              + one.id()
              + ", frames "
              + one.startPfn()
              + " to "
              + (one.endPfn() - 1));
    }
  }
}
