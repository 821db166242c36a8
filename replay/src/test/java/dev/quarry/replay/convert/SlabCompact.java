package dev.quarry.replay.convert;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactInput;
import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.EventProblem;
import dev.quarry.replay.recording.SlabEvent;
import dev.quarry.replay.recording.SlabEvents;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Slab events as text and in the compact form, in memory, for tests. */
final class SlabCompact {
  static final String NAME = "ev.S.qk";

  private static final String[] SITES = {"kzalloc+0x1", "__alloc_skb+0x22", "a.b+0x3"};

  private SlabCompact() {}

  static byte[] encode(byte[] text, boolean zstd) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CompactOutput out = new CompactOutput(bytes, CompactForm.SLAB_EVENTS, zstd);
    try (SlabEncoder encoder = new SlabEncoder(out)) {
      for (int at = 0; at < text.length; at += 1000) { // lines come in pieces
        encoder.write(text, at, Math.min(1000, text.length - at));
      }
    }
    return bytes.toByteArray();
  }

  static byte[] decode(byte[] compact) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (CompactInput input = CompactInput.open(source(compact), CompactForm.SLAB_EVENTS)) {
      new CompactDecoder(input, NAME).copyTo(text);
    }
    return text.toByteArray();
  }

  static ByteSource source(byte[] file) throws IOException {
    return ByteSource.of(new ByteArrayInputStream(file), NAME);
  }

  /** All that a reader gives, and how often which problem occurred; BAD flags are unknown. */
  static List<String> read(byte[] file) throws IOException {
    List<String> all = new ArrayList<>();
    try (SlabEvents events = SlabEvents.of(source(file), EventPolicy.LENIENT, SlabCompact::gfp)) {
      SlabEvent event = events.event();
      while (events.next()) {
        all.add(
            event.mark()
                + " "
                + event.timeMicros()
                + " "
                + event.cpu()
                + " "
                + event.tid()
                + " "
                + Long.toHexString(event.pointer())
                + " "
                + event.requested()
                + " "
                + event.allocated()
                + " "
                + event.gfpNames()
                + " "
                + event.siteName()
                + " "
                + event.cacheName()
                + " line "
                + events.line());
      }
      for (EventProblem problem : EventProblem.values()) {
        all.add(problem + " " + events.problems().count(problem));
      }
    }
    return all;
  }

  private static int gfp(String names) {
    if (names.contains("BAD")) {
      throw new IllegalArgumentException("no such flags");
    }
    return names.length();
  }

  /** Canonical lines, with definitions between them and now and then one more of a number. */
  static String randomText(long seed, int lines) {
    SplittableRandom random = new SplittableRandom(seed);
    int cpus = 1 << random.nextInt(0, 5);
    int threads = 1 << random.nextInt(0, 10);
    int spread = 1 << random.nextInt(4, 24);
    StringBuilder text = new StringBuilder("#t0 12.000001\n#gfp 0 GFP_KERNEL\n#gfp 1 BAD\n");
    text.append("#site 0 s0\n#cache 0 dentry 184 192\n");
    int sites = 1;
    int caches = 1;
    for (int i = 0; i < lines; i++) {
      int choice = random.nextInt(200);
      if (choice == 0) {
        String name = SITES[random.nextInt(SITES.length)];
        int number = random.nextInt(10) == 0 ? random.nextInt(sites) : sites++;
        text.append("#site ").append(number).append(' ').append(name).append('\n');
      } else if (choice == 1) {
        int number = random.nextInt(10) == 0 ? random.nextInt(caches) : caches++;
        text.append("#cache ").append(number).append(" c").append(number);
        text.append(random.nextBoolean() ? " ? ?\n" : " 60 64\n");
      } else if (choice == 2) {
        text.append(random.nextBoolean() ? "#comm 3 a b\n" : "\n");
      } else {
        event(random, text, cpus, threads, spread, sites, caches);
      }
    }
    return text.toString();
  }

  private static void event(
      SplittableRandom random,
      StringBuilder text,
      int cpus,
      int threads,
      int spread,
      int sites,
      int caches) {
    char mark = "kfcd".charAt(random.nextInt(4));
    long step = random.nextInt(60) == 0 ? random.nextLong(1_000_000_000_000L) : random.nextInt(300);
    text.append(mark).append(' ').append(step).append(' ').append(random.nextInt(cpus));
    text.append(' ').append(random.nextInt(threads)).append(' ');
    if (random.nextInt(40) == 0) {
      text.append('v').append(Long.toHexString(random.nextLong() | Long.MIN_VALUE));
    } else {
      text.append(Long.toHexString(0x1000000L + 8L * random.nextInt(spread)));
    }
    int site = random.nextInt(sites);
    int gfp = random.nextInt(20) == 0 ? 1 : 0;
    switch (mark) {
      case 'k' -> fields(text, random.nextInt(4096), 4096, gfp, site);
      case 'f' -> fields(text, site);
      case 'c' -> fields(text, random.nextInt(caches), gfp, site);
      default -> fields(text, random.nextInt(caches), site);
    }
  }

  private static void fields(StringBuilder text, int... values) {
    for (int value : values) {
      text.append(' ').append(value);
    }
    text.append('\n');
  }
}
