package dev.quarry.explain.log;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A report as some logger, mail program and neighbour would leave it: marks, ends of lines inside a
 * message, unrelated lines between, lines cut at a width.
 */
final class Rendering {
  /** How long lines are cut. */
  enum Wrap {
    NONE,
    /** At blanks. */
    BLANKS,
    /** At blanks and behind hyphens; the rest is indented. */
    HYPHENS_INDENTED,
    /** At the column, in the middle of a word. */
    COLUMN
  }

  private static final List<String> NOISE =
      List.of(
          "usb 1-2: new high-speed USB device number 7 using xhci_hcd",
          "perf: interrupt took too long (2514 > 2500), lowering kernel.perf_event_max_sample_rate to 79500",
          "e1000e 0000:00:19.0 eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: None",
          "audit: type=1400 audit(1580000000.123:45): apparmor=\"STATUS\" operation=\"profile_load\" profile=\"unconfined\"",
          "EXT4-fs (sda1): re-mounted. Opts: errors=remount-ro. Quota mode: none.",
          "TCP: request_sock_TCP: Possible SYN flooding on port 80. Sending cookies.  Check SNMP counters.",
          "worker (4711): drop_caches: 3",
          "br0: port 2(eth1) entered forwarding state",
          "[drm] GPU HANG: ecode 9:1:85dffffb, in Web Content [3722]",
          "sd 0:0:0:0: [sda] 976773168 512-byte logical blocks: (500 GB/466 GiB)",
          "DMAR: DRHD: handling fault status reg 2",
          "systemd[1]: Started Daily Cleanup of Temporary Directories.");

  private final Carrier carrier;
  private final SplittableRandom random;
  private long micros = 69_477_000_000L;

  Rendering(Carrier carrier, long seed) {
    this.carrier = carrier;
    this.random = new SplittableRandom(seed);
  }

  /** Messages of a text: a line that begins with a blank and a counter goes with the one before. */
  static List<List<String>> messages(String text) {
    List<List<String>> messages = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (line.matches(" [a-z_]+:.*")) {
        messages.getLast().add(line);
      } else if (!line.isEmpty()) {
        messages.add(new ArrayList<>(List.of(line)));
      }
    }
    return messages;
  }

  /** The physical lines of a message, with its ends of lines in one of four forms. */
  List<String> lines(List<String> message, String host, int task, int form) {
    micros += random.nextInt(500);
    String mark = carrier.mark(host, micros, task);
    List<String> lines = new ArrayList<>();
    if (message.size() == 1) {
      lines.add(carrier.line(mark, message.getFirst()));
    } else if (form == 0 || !carrier.canBeWrapped()) {
      for (String part : message) {
        lines.add(carrier.line(mark, part));
      }
    } else if (form == 1) {
      lines.add(carrier.line(mark, String.join("#012", message)));
    } else if (form == 2) {
      lines.add(carrier.line(mark, String.join("\\x0a", message)));
    } else {
      lines.add(carrier.line(mark, message.getFirst()));
      String quote = mark.startsWith("> > ") ? "> > " : "";
      String indent = quote + " ".repeat(mark.length() - quote.length());
      message.stream().skip(1).forEach(part -> lines.add(indent + part.strip()));
    }
    return lines;
  }

  /** An unrelated line. */
  String noise(String host, int task) {
    micros += random.nextInt(500);
    return carrier.line(carrier.mark(host, micros, task), NOISE.get(random.nextInt(NOISE.size())));
  }

  List<String> withNoise(List<String> lines, int oneIn, String host, int task) {
    List<String> noisy = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      noisy.add(lines.get(i));
      String next = i + 1 < lines.size() ? lines.get(i + 1).replaceFirst("^[> ]+", "") : "";
      boolean words = next.length() < 25 && !next.matches(".*(\\dkB|=|^\\[).*");
      if (!words && random.nextInt(oneIn) == 0) {
        noisy.add(noise(host, task));
      }
    }
    return noisy;
  }

  static List<String> wrapped(List<String> lines, Wrap wrap, int width) {
    List<String> cut = new ArrayList<>();
    for (String line : lines) {
      switch (wrap) {
        case NONE -> cut.add(line);
        case BLANKS -> cut.addAll(filled(line, width, false));
        case HYPHENS_INDENTED -> cut.addAll(filled(line, width, true));
        case COLUMN -> {
          for (int i = 0; i < line.length(); i += width) {
            cut.add(line.substring(i, Math.min(i + width, line.length())));
          }
        }
      }
    }
    return cut;
  }

  private static List<String> filled(String line, int width, boolean hyphens) {
    List<String> parts = new ArrayList<>();
    String quote = line.startsWith("> > ") ? "> > " : "";
    String rest = line;
    String indent = hyphens ? "  " : "";
    while (rest.length() > width) {
      int cut = rest.lastIndexOf(' ', width);
      int hyphen = hyphens ? rest.lastIndexOf('-', width - 1) + 1 : 0;
      boolean letters = hyphen > 1 && Character.isLetter(rest.charAt(hyphen - 2));
      int least = quote.length() + indent.length();
      if (letters && hyphen > cut && hyphen > least) {
        cut = hyphen;
      }
      cut = rest.substring(0, Math.max(cut, 0)).isBlank() || cut <= least ? width : cut;
      parts.add(rest.substring(0, cut).stripTrailing());
      rest = quote + indent + rest.substring(cut).stripLeading();
    }
    parts.add(rest);
    return parts;
  }
}
