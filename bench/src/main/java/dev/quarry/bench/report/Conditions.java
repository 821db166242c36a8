package dev.quarry.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Where and how the figures were measured; without it they mean nothing. */
public final class Conditions {
  private Conditions() {}

  /** Names and values, in the order in which they are shown. */
  public static Map<String, String> now(Path root, String effort) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("processor", processor());
    all.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    all.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    all.put("jdk", System.getProperty("java.vm.version"));
    all.put("commit", commit(root));
    all.put("effort", effort);
    all.put("load before", load());
    return all;
  }

  /** The mean number of threads that wanted to run in the last minute. */
  public static String load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return String.format(Locale.ROOT, "%.2f", load);
  }

  private static String processor() {
    try {
      return Files.readString(Path.of("/proc/cpuinfo"))
          .lines()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String commit(Path root) {
    ProcessBuilder git =
        new ProcessBuilder("git", "-C", root.toString(), "describe", "--always", "--dirty");
    try {
      Process process = git.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "unknown" : text;
    } catch (IOException e) {
      return "unknown";
    }
  }
}
