package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneSpec;
import dev.quarry.machine.ZoneType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The zone types that a kernel was built with, and the address below which each lies. Where RAM
 * does not tell, it is the address that x86 has: 16 MiB, 4 GiB, 896 MiB (arch/x86/mm/init.c, 6.18).
 */
final class ZoneLimits {
  private ZoneLimits() {}

  static List<ZoneSpec> of(ZoneInfo zoneInfo, int pageShift) {
    List<ZoneType> types =
        zoneInfo.zones().stream().map(zone -> zone.id().type()).distinct().sorted().toList();
    List<ZoneType> byAddress = types.stream().filter(ZoneLimits::isByAddress).toList();
    List<ZoneSpec> specs = new ArrayList<>();
    long lower = 0;
    for (ZoneType type : types) {
      boolean bounded = isByAddress(type) && type != byAddress.getLast();
      long below = bounded ? limit(zoneInfo, type, lower, pageShift) : ZoneSpec.NO_LIMIT;
      specs.add(new ZoneSpec(type, below));
      lower = bounded ? below : lower;
    }
    return specs;
  }

  private static boolean isByAddress(ZoneType type) {
    return type != ZoneType.MOVABLE && type != ZoneType.DEVICE;
  }

  /** Not below the zone's last frame, and not above the first frame of a higher zone. */
  private static long limit(ZoneInfo zoneInfo, ZoneType type, long lower, int pageShift) {
    long end = lower;
    OptionalLong next = OptionalLong.empty();
    for (ZoneInfo.Zone zone : zoneInfo.populated()) {
      ZoneType other = zone.id().type();
      if (other == type) {
        end = Math.max(end, (long) zone.endPfn() << pageShift);
      } else if (isByAddress(other) && other.compareTo(type) > 0) {
        long start = (long) zone.startPfn() << pageShift;
        next = OptionalLong.of(Math.min(start, next.orElse(start)));
      }
    }
    long usual = usual(type);
    if (usual >= end && usual <= next.orElse(Long.MAX_VALUE)) {
      return usual;
    }
    return Math.max(end, next.orElse(end));
  }

  private static long usual(ZoneType type) {
    return switch (type) {
      case DMA -> 16L << 20;
      case DMA32 -> 4L << 30;
      case NORMAL -> 896L << 20;
      case HIGHMEM, MOVABLE, DEVICE -> Long.MAX_VALUE;
    };
  }
}
