package dev.quarry.cli.tidy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many offences each file may have: as many as it has today, and never more. A line is {@code
 * HABIT path count}; {@code #} begins a comment.
 *
 * <p>A number that is too high is wrong as well, so that what was mended stays mended.
 */
final class Ratchet {
  private final Path file;
  private final List<String> comments = new ArrayList<>();
  private final Map<String, Integer> allowed = new TreeMap<>();

  Ratchet(Path file) throws IOException {
    this.file = file;
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      if (line.startsWith("#")) {
        comments.add(line);
      } else if (!line.isBlank()) {
        int last = line.lastIndexOf(' ');
        allowed.put(line.substring(0, last), Integer.parseInt(line.substring(last + 1)));
      }
    }
  }

  /** What is to be done; empty if nothing. */
  List<String> complaints(List<Offence> offences) {
    Map<String, List<Offence>> found = byKey(offences);
    List<String> complaints = new ArrayList<>();
    found.forEach((key, here) -> {
      int most = allowed.getOrDefault(key, 0);
      if (here.size() > most) {
        complaints.add(tooMany(key, here, most));
      }
    });
    allowed.forEach((key, most) -> {
      int count = found.getOrDefault(key, List.of()).size();
      if (count < most) {
        complaints.add(key + " " + most + ": only " + count + " left, well done: lower the number");
      }
    });
    return complaints;
  }

  private static Map<String, List<Offence>> byKey(List<Offence> offences) {
    Map<String, List<Offence>> found = new TreeMap<>();
    for (Offence offence : offences) {
      String key = offence.habit() + " " + offence.path();
      found.computeIfAbsent(key, k -> new ArrayList<>()).add(offence);
    }
    return found;
  }

  private static String tooMany(String key, List<Offence> here, int most) {
    StringBuilder out = new StringBuilder();
    out.append(here.getFirst().habit().advice);
    out.append(most == 0 ? "" : " (" + most + " are listed, there are " + here.size() + ")");
    here.forEach(offence -> out.append("\n    ").append(offence));
    return out.append("\n    or, with a good reason, list: ")
        .append(key)
        .append(' ')
        .append(here.size())
        .toString();
  }

  /** Lowers the numbers to what there is; never raises one. */
  void lower(List<Offence> offences) throws IOException {
    Map<String, List<Offence>> found = byKey(offences);
    List<String> lines = new ArrayList<>(comments);
    allowed.forEach((key, most) -> {
      int count = Math.min(most, found.getOrDefault(key, List.of()).size());
      if (count > 0) {
        lines.add(key + " " + count);
      }
    });
    Files.writeString(file, String.join("\n", lines) + "\n");
  }
}
