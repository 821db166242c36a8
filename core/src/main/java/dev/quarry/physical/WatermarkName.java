package dev.quarry.physical;

/** Names of marks and rights, for people. */
final class WatermarkName {
  private WatermarkName() {}

  static String of(int which) {
    return switch (which) {
      case Zone.MIN -> "min";
      case Zone.LOW -> "low";
      case Zone.HIGH -> "high";
      default -> "promo";
    };
  }

  static String rights(int allocFlags) {
    StringBuilder out = new StringBuilder();
    append(out, allocFlags, AllocFlags.NO_WATERMARKS, "no watermarks");
    append(out, allocFlags, AllocFlags.MIN_RESERVE, "half of the reserve (__GFP_HIGH)");
    append(out, allocFlags, AllocFlags.NON_BLOCK, "more of it as it cannot wait");
    append(out, allocFlags, AllocFlags.OOM, "an OOM victim's share");
    append(out, allocFlags, AllocFlags.HIGHATOMIC, "the high-atomic blocks");
    return out.toString();
  }

  private static void append(StringBuilder out, int allocFlags, int right, String name) {
    if ((allocFlags & right) != 0) {
      out.append(out.isEmpty() ? "" : ", ").append(name);
    }
  }
}
