package dev.quarry.conform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The lines of {@code /proc/PID/smaps} that two kernels must agree on, an area in one text. */
final class SmapsText {
  private static final Set<String> COMPARED =
      Set.of(
          "Size",
          "Rss",
          "Pss",
          "Pss_Dirty",
          "Shared_Clean",
          "Shared_Dirty",
          "Private_Clean",
          "Private_Dirty",
          "Anonymous",
          "Swap",
          "Locked");

  /** Of files on disks it depends on when somebody wrote them back. */
  private static final Set<String> WRITTEN_BACK =
      Set.of("Pss_Dirty", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty");

  /** Only kernels that are built with it have soft-dirty pages. */
  private static final String SOFT_DIRTY = "sd";

  private SmapsText() {}

  static List<String> areas(List<String> lines, long from, long to) {
    List<String> all = new ArrayList<>();
    StringBuilder area = new StringBuilder();
    boolean inside = false;
    boolean onDisk = false;
    for (String line : lines) {
      String word = line.substring(0, Math.max(0, line.indexOf(' ')));
      if (!word.endsWith(":")) {
        long start = Long.parseUnsignedLong(word.substring(0, word.indexOf('-')), 16);
        inside = start >= from && start < to;
        onDisk = line.indexOf('/') > 0 && !line.contains("/memfd:") && !line.contains("/dev/zero");
        area = new StringBuilder(word);
      } else if (inside && isCompared(word.substring(0, word.length() - 1), onDisk)) {
        area.append(' ').append(word).append(line.substring(word.length()).replace(" ", ""));
      } else if (inside && word.equals("VmFlags:")) {
        String[] names = line.substring(word.length()).strip().split(" ");
        Arrays.sort(names);
        area.append(' ').append(word).append(String.join(",", names).replace("," + SOFT_DIRTY, ""));
        all.add(area.toString());
      }
    }
    return all;
  }

  private static boolean isCompared(String name, boolean onDisk) {
    return COMPARED.contains(name) && !(onDisk && WRITTEN_BACK.contains(name));
  }
}
